"""Address books and calendars as other programs write them, read into one shape; nothing here knows a database."""
