"""Rules as data: samples at offsets in, expected alerts out."""
