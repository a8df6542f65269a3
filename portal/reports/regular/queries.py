"""Regular reports of one person in one seat."""

from uuid import UUID

from django.db.models import QuerySet

from accounts.ground.access.context import Who
from portal.reports.regular.models import RegularReport


def own(who: Who) -> "QuerySet[RegularReport]":
    """One's own."""
    return RegularReport.unscoped.filter(firm_id=who.firm_id, user_id=who.user_id, seat_id=who.seat_id)


def one(who: Who, pk: UUID) -> RegularReport | None:
    """One of one's own."""
    return own(who).filter(pk=pk).first()
