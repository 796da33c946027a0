"""The care alert hub: turns messages, commands and passing time into alerts that someone answers."""
