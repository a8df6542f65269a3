"""The clock that stamps what is sent, and how far nights have taken it."""

from datetime import date

from django.db.models import Q

from accounts.ground.access.context import Who, cursor
from accounts.ground.tree.models import Account, Kind


def of_own_practice(who: Who) -> Q:
    """Lines that a practice has sent: for itself, or for a money manager of its clients."""
    managers = Account.unscoped.filter(firm_id=who.firm_id, kind=Kind.MONEY_MANAGER).values("practice_id")
    return Q(practice_id=who.practice_id) | Q(account__practice_id=who.practice_id, practice_id__in=managers)


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
