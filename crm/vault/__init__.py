"""The vault: keys that the server does not store, behind the storage password of each member of a practice."""
