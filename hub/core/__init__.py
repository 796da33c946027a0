"""The pure core: what an input means for a home, without I/O, threads, logging, clock or randomness."""
