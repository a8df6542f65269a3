"""Groups of contacts: of one's own or the practice's, by hand or as a saved search."""
