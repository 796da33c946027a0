"""Measurements of the hub's judgement on real recordings, people kept apart: `make bench-detection`."""
