"""Sets up and runs the portal on one machine, with PostgreSQL and Valkey from wheels. No Django in here."""
