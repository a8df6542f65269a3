"""Differences for a person: the payee's own, open ones first to see."""

from django.db.models import QuerySet

from accounts.ground.access.context import Who
from accounts.ground.access.scope import scope
from accounts.ground.tree.queries import matching, with_payee
from fees.differences.models import Difference, DifferenceReason

SHOWS = ("open", "ended", "all")


def differences(who: Who) -> "QuerySet[Difference]":
    """Every difference that the person may see, with its account and payee."""
    return with_payee(scope(who, Difference).select_related("account"))


def listed(who: Who, *, show: str, reason: str, text: str) -> "QuerySet[Difference]":
    """As the list's address asks for them; what is unknown is the usual."""
    rows = differences(who)
    if show == "ended":
        rows = rows.exclude(ended_on=None)
    elif show != "all":
        rows = rows.filter(ended_on=None)
    if reason in DifferenceReason.values:
        rows = rows.filter(reason=reason)
    return matching(rows, text, "account__")
