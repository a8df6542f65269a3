"""The embedded PostgreSQL and Valkey, started from their wheels when no real servers are configured. No Django in here."""
