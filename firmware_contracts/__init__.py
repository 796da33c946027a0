"""What firmware and hub agree on: topics, messages, limits. Imports nothing from the hub or the simulator."""
