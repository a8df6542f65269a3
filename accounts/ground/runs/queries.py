"""What the nights have closed, for a person."""

from datetime import date

from accounts.ground.access.context import cursor
from accounts.ground.runs.actions import BY_OFFICE


def sealed_day() -> date | None:
    """The latest day on which the books of one's own firm are closed; nothing younger is shown."""
    with cursor() as cur:
        cur.execute("SELECT app_sealed_day()")
        return cur.fetchone()[0]


def sql_held_back(day: date) -> str:
    """A query: the accounts that the back office holds back on `day`, for SQL of the night; a handful."""
    return (
        f"SELECT held.account_id FROM accounts_hold held WHERE held.day = DATE '{day.isoformat()}'"
        f" AND held.reason = '{BY_OFFICE}' AND held.resolved_at IS NULL"
    )
