"""What the nights have closed, for a person."""

from datetime import date

from accounts.ground.access.context import cursor


def sealed_day() -> date | None:
    """The latest day on which the books of one's own firm are closed; nothing younger is shown."""
    with cursor() as cur:
        cur.execute("SELECT app_sealed_day()")
        return cur.fetchone()[0]
