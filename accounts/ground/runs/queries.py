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
    """A query: whose money the night of `day` leaves alone, for SQL; a handful. They were held back on that day or an
    earlier one, and nobody has let them in yet."""
    return (
        f"SELECT held.account_id FROM accounts_hold held WHERE held.day <= DATE '{day.isoformat()}'"
        f" AND held.reason = '{BY_OFFICE}' AND held.resolved_at IS NULL"
    )


def held_back(day: date, *, only_that_day: bool = False) -> list[int]:
    """The same accounts, or those alone of which `day` itself is held back: what closes with it waits for them."""
    on_it = f" AND held.day = DATE '{day.isoformat()}'" if only_that_day else ""
    with cursor() as cur:
        cur.execute(f"SELECT DISTINCT account_id FROM ({sql_held_back(day)}{on_it}) held ORDER BY account_id")
        return [account for (account,) in cur.fetchall()]
