"""The calendar of the client book."""
