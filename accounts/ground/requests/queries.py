"""Pending items and what was finished lately, for a person."""

from datetime import datetime

from django.db.models import QuerySet

from accounts.ground.access.context import Who
from accounts.ground.access.scope import scope
from accounts.ground.requests.models import Request, RequestKind

# Owners of accounts are not troubled with what the house settles among itself.
INSIDE = (RequestKind.STATEMENT, RequestKind.BILLING, RequestKind.HOUSE_INQUIRY)


def told_to_owners(rows: "QuerySet[Request]") -> "QuerySet[Request]":
    """Without what the house settles among itself."""
    return rows.exclude(kind__in=INSIDE)


def visible(who: Who) -> "QuerySet[Request]":
    """What the person may know of."""
    rows = scope(who, Request)
    return told_to_owners(rows) if who.is_owner else rows


def pending(who: Who) -> "QuerySet[Request]":
    """What still waits, of what this person may see."""
    return visible(who).filter(finished_at__isnull=True).select_related("account")


def finished_since(who: Who, since: datetime) -> "QuerySet[Request]":
    """What ended lately; feeds Recent Activity."""
    return visible(who).filter(finished_at__gte=since).select_related("account")
