"""Settings, rules and policies: read from TOML once, at start, with every mistake named at once by file and line."""
