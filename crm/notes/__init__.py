"""Notes about clients: title and text are sealed, the rest is needed for order."""
