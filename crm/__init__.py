"""The room of the client book: what a practice writes down about its clients, and the vault that protects it."""
