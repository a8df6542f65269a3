"""Documents of a practice: content, names, kinds, folders and tags are sealed; about whom and when is clear."""
