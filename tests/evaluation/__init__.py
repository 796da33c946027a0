"""Detectors held against recordings: how files are read, and what the reports say."""
