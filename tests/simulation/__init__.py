"""A simulated world with faults: the real engine, store and core on a virtual clock, and all around them drawn from a seed."""
