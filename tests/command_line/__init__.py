"""What is typed after `hub`, as a person types it."""
