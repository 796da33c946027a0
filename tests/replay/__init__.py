"""Recorded days under other rules."""
