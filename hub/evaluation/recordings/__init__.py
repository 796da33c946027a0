"""How recordings are read: one module a format. Files are as they were found; what cannot be read is skipped and said."""
