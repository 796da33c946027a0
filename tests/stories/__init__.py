"""How a call really goes, as stories with the real engine, store and senders on virtual time."""
