"""Reports of the day: what was called, who answered how fast, what it was, what is left; reckoned from the store's facts."""
