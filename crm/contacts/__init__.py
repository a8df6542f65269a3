"""The client book: contacts with what the practice knows of them beside what the broker knows."""
