"""Workflows about contacts, stage by stage; what they say is sealed, when and whose they are is clear."""
