"""What happened around a contact, in one dated stream."""
