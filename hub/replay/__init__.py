"""What other rules would have made of recorded days: the input log stepped twice, and the two held against each other."""
