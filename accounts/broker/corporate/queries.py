"""Corporate actions as a person sees them: what was done to holdings, and what waits for a choice."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.http import Http404

from accounts.broker.activity.models import CorporateAction
from accounts.broker.corporate.models import Entitlement, VoluntaryAction
from accounts.ground.access.context import Who
from accounts.ground.access.scope import scope
from accounts.ground.tree.models import Account

_SEPARATOR = ":"


@dataclass(frozen=True)
class Told:
    """An action of the statements, with how many of one's accounts it touches."""

    key: str
    kind: str
    symbol: str
    description: str
    report_on: date | None
    accounts: int


def told(who: Who, account: Account | None = None) -> "QuerySet[Any]":
    """What statements tell of, one row an action, the latest first."""
    rows = scope(who, CorporateAction)
    rows = rows.filter(account_id=account.pk) if account else rows
    return (
        rows.order_by()
        .values("action_id", "kind", "symbol", "report_on", "description")
        .annotate(accounts=Count("account_id", distinct=True))
        .order_by(F("report_on").desc(nulls_last=True), "symbol", "action_id", "description")
    )


def as_told(row: dict[str, Any]) -> Told:
    """One row of `told`, with the key of its page: the broker's number, or what it says of itself."""
    parts = (row["kind"], row["symbol"], row["report_on"].isoformat() if row["report_on"] else "")
    key = row["action_id"] or _SEPARATOR.join(parts)
    return Told(
        key,
        row["kind"],
        row["symbol"],
        row["description"],
        row["report_on"],
        row["accounts"],
    )


def lines_of(who: Who, key: str) -> "QuerySet[CorporateAction]":
    """The rows of one action, an account each; Http404 where one sees none of them."""
    rule = Q(action_id=key)
    parts = key.split(_SEPARATOR)
    if len(parts) == 3 and _is_day(parts[2]):
        rule |= Q(action_id="", kind=parts[0], symbol=parts[1], report_on=parts[2])
    rows = scope(who, CorporateAction).filter(rule) if key else scope(who, CorporateAction).none()
    found = rows.select_related("account").order_by("account__sort_key", "account_id", "pk")
    if not found.exists():
        raise Http404
    return found


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def announced(who: Who) -> "QuerySet[VoluntaryAction]":
    """What asks for a choice of somebody one sees, with how many accounts may choose and how many have."""
    mine = scope(who, Entitlement).filter(action_id=OuterRef("pk")).order_by().values("action_id")
    return (
        VoluntaryAction.unscoped.filter(pk__in=scope(who, Entitlement).values("action_id"))
        .annotate(
            entitled=Subquery(mine.annotate(many=Count("pk")).values("many")),
            chosen=Subquery(mine.filter(choice__isnull=False).annotate(many=Count("pk")).values("many")),
        )
        .order_by("-deadline", "pk")
    )


def announcement(who: Who, pk: UUID) -> VoluntaryAction:
    """One announcement. Hidden and missing answer alike."""
    found = announced(who).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def entitled(who: Who, action: VoluntaryAction) -> "QuerySet[Entitlement]":
    """The accounts that may choose, as far as one sees them."""
    rows = scope(who, Entitlement).filter(action_id=action.pk).select_related("account", "account__practice", "action")
    return rows.order_by("account__sort_key", "account_id")
