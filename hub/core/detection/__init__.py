"""One file for each family of rules: what a home's events say about its residents and devices."""
