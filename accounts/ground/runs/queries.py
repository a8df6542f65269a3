"""What the nights have closed, for a person."""

from datetime import date

from accounts.ground.access.context import cursor
from accounts.ground.days.queries import calendar_of
from accounts.ground.runs.actions import BY_OFFICE
from portal.lib.business_days import Calendar


def sealed_day() -> date | None:
    """The latest day on which the books of one's own firm are closed; nothing younger is shown."""
    with cursor() as cur:
        cur.execute("SELECT app_sealed_day()")
        return cur.fetchone()[0]


def sealed_calendar() -> tuple[date | None, Calendar]:
    """The same day with the calendar in force, in one question."""
    with cursor() as cur:
        cur.execute(
            "SELECT closed.day, known.day, known.is_business, known.is_override"
            " FROM (SELECT app_sealed_day() AS day) closed LEFT JOIN accounts_calendarday known ON true"
        )
        rows = cur.fetchall()
    return rows[0][0], calendar_of(row[1:] for row in rows if row[1] is not None)


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
