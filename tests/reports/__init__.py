"""Reports of the day, against numbers reckoned by hand."""
