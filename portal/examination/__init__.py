"""The exam pack: what a practice has charged, shown, agreed and decided in a period, as one zip with sums over it."""
