"""A centre's own ledger: sheets of what it has, read with every error at once, merged into the directory, and given back."""
