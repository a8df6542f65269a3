"""Who is changing a contact at the moment, so that nobody else does."""
