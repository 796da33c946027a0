"""The edges against real brokers, databases and other programs."""
