"""From the broker to the engine: receives messages and decodes them into events."""
