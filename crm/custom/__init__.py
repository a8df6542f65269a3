"""Fields of contacts that a practice has made for itself."""
