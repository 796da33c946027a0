"""The pure parts by themselves: duty rosters, arrival, escalation."""
