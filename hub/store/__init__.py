"""All SQL: keeps inputs, homes, alerts, journal and outbox, and commits them in one transaction."""
