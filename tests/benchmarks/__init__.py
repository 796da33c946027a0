"""Measurements: `make bench` prints them and writes build/bench.json. They judge nothing and are no part of the test suite."""
