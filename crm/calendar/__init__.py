"""Events of a practice: what they say is sealed; when, whose and about whom is clear, for order and reminders."""
