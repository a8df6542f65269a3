"""What was done to several contacts at once, kept so that it can be undone."""
