"""Tests of the simulator: its devices keep their side of the contract."""
