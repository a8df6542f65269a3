"""What a query of client data finds among the accounts that somebody sees, and the queries that are kept.

Accounts are looked through in their order, a stretch at a time: what is worked out for a page does not grow with the
firm, and the next page goes on behind the last account that was looked at.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import QueryDict

from accounts.broker.feed.models import AccountFacts
from accounts.ground.access.context import Who
from accounts.ground.access.scope import scope
from accounts.ground.paging import PAGE, beginning_at, edge_of
from accounts.ground.tree.models import HOLDING_KINDS, Account, Status
from portal.performance.rules import months_before
from portal.tools.inquiries import figures
from portal.tools.inquiries.criteria import Criteria, Kind
from portal.tools.inquiries.models import SavedQuery

STRETCH = 1000
ORDER = ["sort_key", "pk"]
MOST_KEPT = 100


@dataclass(frozen=True)
class Row:
    """One account that a query has found, with the figures of the query's kind in the order of its columns."""

    account: Account
    figures: tuple[object, ...]


@dataclass(frozen=True)
class Found:
    """One page; `next` is the query of the page that goes on behind it, "" where nothing is left."""

    rows: list[Row]
    next: str


def page(who: Who, asked: Criteria, query: QueryDict, sealed: date | None) -> Found:
    """The next rows among at most a stretch of accounts."""
    rows = candidates(who, asked)
    edge = edge_of(rows, query.get("after"), ORDER)
    beyond = rows.filter(Q(sort_key__gt=edge[0]) | Q(sort_key=edge[0], pk__gt=edge[1])) if edge else rows
    looked_at = list(beyond.order_by(*ORDER)[: STRETCH + 1])
    stretch = looked_at[:STRETCH]
    found = among(asked, stretch, sealed)
    shown = found[:PAGE]
    last = shown[-1].account if len(found) > PAGE else stretch[-1] if len(looked_at) > STRETCH else None
    return Found(shown, "?" + beginning_at(query, last.sort_key, last.pk).urlencode() if last else "")


def every(who: Who, asked: Criteria, sealed: date | None) -> Iterator[Row]:
    """All rows, for a file; a stretch of accounts at a time."""
    edge: tuple[str, int] = ("", 0)
    while True:
        rows = candidates(who, asked).filter(Q(sort_key__gt=edge[0]) | Q(sort_key=edge[0], pk__gt=edge[1]))
        stretch = list(rows.order_by(*ORDER)[:STRETCH])
        yield from among(asked, stretch, sealed)
        if len(stretch) < STRETCH:
            return
        edge = (stretch[-1].sort_key, stretch[-1].pk)


def candidates(who: Who, asked: Criteria) -> "QuerySet[Account]":
    """Accounts that hold something; of attributes, those that the account's own row does not rule out."""
    rows = scope(who, Account, "report").filter(kind__in=HOLDING_KINDS)
    if asked.kind != Kind.ATTRIBUTES:
        return rows.filter(status=Status.OPEN)
    rows = rows.filter(status__in=asked.chosen("status") or [Status.OPEN])
    if asked.chosen("currency"):
        rows = rows.filter(base_currency__in=[one.upper() for one in asked.chosen("currency")])
    for name, column in (("type", "customer_type"), ("margin", "margin_kind")):
        if asked.chosen(name):
            rows = rows.filter(**{f"{column}__in": asked.chosen(name)})
    least, most = asked.number("age_least"), asked.number("age_most")
    if least is not None:
        rows = rows.filter(holder_born_on__lte=months_before(asked.last, _months(least)))
    if most is not None:
        rows = rows.filter(holder_born_on__gt=months_before(asked.last, _months(most + 1)))
    facts = AccountFacts.unscoped.all()
    if word := asked.text("permission"):
        rows = rows.filter(pk__in=facts.filter(permissions__icontains=word).values("account_id"))
    idle = asked.number("idle_days")
    if idle is not None:
        since = asked.last - timedelta(days=min(max(int(idle), 0), 36500))
        rows = rows.filter(pk__in=facts.filter(last_traded_on__lt=since).values("account_id"))
    return rows


def among(asked: Criteria, accounts: list[Account], sealed: date | None) -> list[Row]:
    """Those of the accounts that match, with their figures."""
    if asked.problems or sealed is None:
        return []
    keys, last = [one.pk for one in accounts], min(asked.last, sealed)
    known: dict[int, Any]
    matches: dict[int, Any]
    if asked.kind == Kind.PERFORMANCE:
        known = figures.performance(keys, asked.starts, last)
        matches = {
            key: row
            for key, row in known.items()
            if asked.allows(row[3], "return", scale=100) and asked.allows(row[1], "value")
        }
    elif asked.kind == Kind.SYMBOL:
        matches = _of_symbol(asked, keys, last)
    elif asked.kind == Kind.VOLUME:
        matches = {
            key: row[:4]
            for key, row in figures.traded(keys, asked.starts, last).items()
            if all(asked.allows(row[place], name) for place, name in enumerate(("trades", "shares", "notional")))
        }
    else:
        known = figures.cash(keys, last)
        matches = {key: known.get(key, (None, None, None)) for key in keys}
        matches = {key: row for key, row in matches.items() if asked.allows(row[2], "cash", scale=100)}
    return [Row(one, tuple(matches[one.pk])) for one in accounts if one.pk in matches]


def _of_symbol(asked: Criteria, keys: list[int], last: date) -> dict[int, tuple[object, ...]]:
    """What is held of it, for those that hold it or, where that is asked, that have traded it."""
    named = {"symbol": asked.text("symbol"), "asset": asked.text("asset")}
    if not any(named.values()):
        return {}
    nothing = (Decimal(0), None, Decimal(0), Decimal(0), None, None)
    known = figures.held(keys, last, **named)
    if asked.text("how") == "traded":
        known = {key: known.get(key, nothing) for key in figures.traded(keys, asked.starts, last, **named)}
    return {
        key: row[:5] for key, row in known.items() if asked.allows(row[0], "quantity") and asked.allows(row[2], "value")
    }


def _months(years: Decimal) -> int:
    return min(max(int(years), 0), 150) * 12


def kept(who: Who) -> list[SavedQuery]:
    """One's own queries, and those that colleagues share."""
    rows = SavedQuery.unscoped.filter(firm_id=who.firm_id)
    mine = Q(user_id=who.user_id, seat_id=who.seat_id)
    if who.is_advisor and who.practice_id is not None:
        mine |= Q(is_shared=True, practice_id=who.practice_id)
    return list(rows.filter(mine).order_by("name", "pk")[:MOST_KEPT])


def own(who: Who, pk: UUID) -> SavedQuery | None:
    """A query of one's own."""
    return SavedQuery.unscoped.filter(pk=pk, user_id=who.user_id, seat_id=who.seat_id).first()
