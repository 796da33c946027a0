"""Rules tried on series that are written down: what is heard when, and which alerts must follow. `hub rules test` plays them."""
