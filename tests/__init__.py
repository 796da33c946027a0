"""Tests: what a user of the hub would miss, against real brokers, stores and browsers."""
