"""The clock that stamps what is sent, and how far nights have taken it."""

from datetime import date

from accounts.ground.access.context import cursor


def invoiced_through() -> date | None:
    """The last day whose invoices a night has taken; a later submission counts for the day after it."""
    with cursor() as cur:
        cur.execute("SELECT fees_invoiced_through()")
        return cur.fetchone()[0]


def clock():
    """The instant by the database's clock, which is the one that stamps invoices."""
    with cursor() as cur:
        cur.execute("SELECT clock_timestamp()")
        return cur.fetchone()[0]
