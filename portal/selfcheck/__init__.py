"""Everything that must be true of an installation, asked at once: of its books, its rights and its configuration."""
