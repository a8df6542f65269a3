"""Contacts that are probably one and the same, and making one of two."""
