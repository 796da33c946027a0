"""From bytes to facts, without a broker."""
