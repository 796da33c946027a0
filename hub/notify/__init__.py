"""From the outbox to people: one sender, and one file for each channel."""
