"""The engine of a cell: the one writer that turns inputs into committed decisions and effects."""
