"""The store on real SQLite files: what was committed is there, whole, whatever happens to the process."""
