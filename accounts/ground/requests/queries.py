"""Pending items and what was finished lately, for a person."""

from datetime import datetime

from django.db.models import QuerySet

from accounts.ground.access.context import Who
from accounts.ground.access.scope import scope
from accounts.ground.requests.models import Request


def pending(who: Who) -> "QuerySet[Request]":
    """What still waits, of what this person may see."""
    return scope(who, Request).filter(finished_at__isnull=True).select_related("account")


def finished_since(who: Who, since: datetime) -> "QuerySet[Request]":
    """What ended lately; feeds Recent Activity."""
    return scope(who, Request).filter(finished_at__gte=since).select_related("account")
