"""The other side of the contract: simulated devices and residents for tests, demos and load."""
