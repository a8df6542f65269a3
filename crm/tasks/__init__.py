"""Tasks of a practice: what is to be done is sealed; when, by whom and about whom is clear, for order and reminders."""
