"""How much time is left; no rows, no pages."""

from datetime import timedelta


def split_minutes(left: timedelta) -> tuple[int, int]:
    """Whole hours and minutes of a stretch of time."""
    minutes = int(left.total_seconds() // 60)
    return minutes // 60, minutes % 60
