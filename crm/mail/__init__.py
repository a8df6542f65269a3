"""A person's own mailbox at any mail server: read, written and kept with contacts while the client book is unlocked."""
