"""Values that a later file replaced, each with what took its place."""

from django.db.models import F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from accounts.broker.feed.models import NavDaily, NavHistory
from accounts.ground.access.context import Who
from accounts.ground.access.scope import scope
from accounts.ground.tree.models import Account


def with_new_values(rows: "QuerySet[NavHistory]") -> "QuerySet[NavHistory]":
    """Each with `new_nlv` and `new_flow`: of the next value of that day, which may have been replaced in turn."""
    same = {"account_id": OuterRef("account_id"), "nav_date": OuterRef("nav_date")}
    # Correlated to rows that came through the scope.
    later = NavHistory.unscoped.filter(**same, pk__gt=OuterRef("pk")).order_by("pk")
    now = NavDaily.unscoped.filter(**same)
    return rows.annotate(
        new_nlv=Coalesce(Subquery(later.values("nlv")[:1]), Subquery(now.values("nlv")[:1])),
        new_flow=Coalesce(Subquery(later.values("flow")[:1]), Subquery(now.values("flow")[:1])),
        nlv_change=F("new_nlv") - F("nlv"),
    )


def corrections(who: Who, account: Account) -> "QuerySet[NavHistory]":
    """Of an account that the person may see."""
    return with_new_values(scope(who, NavHistory).filter(account_id=account.pk))
