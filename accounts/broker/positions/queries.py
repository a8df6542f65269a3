"""Positions as a person may move them: what an account holds, how much of it is free, and what a request moves."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django.db.models import Max, QuerySet
from django.http import Http404

from accounts.broker.funding.models import FundingRequest, PositionKind
from accounts.broker.holdings.models import Position
from accounts.broker.holdings.queries import held
from accounts.broker.positions.models import MovedPosition
from accounts.broker.positions.rules import Movable, Part, in_order
from accounts.ground.access.context import Who, cursor
from accounts.ground.access.scope import account_for, scope
from accounts.ground.tree.models import Account, Kind

# What has no counterpart at another broker.
STAYS = ("CASH", "FUT", "FOP", "CFD", "FXCFD", "CRYPTO")


def positions_day(who: Who, account: Account) -> date | None:
    """The day of the last statement that shows positions of an account."""
    found: date | None = scope(who, Position).filter(account_id=account.pk).aggregate(last=Max("day"))["last"]
    return found


def movable(who: Who, account: Account) -> list[Movable]:
    """The long positions of an account that may go elsewhere, less what is promised; asked again under the lock."""
    day = positions_day(who, account)
    if day is None:
        return []
    promised = _promised(account, day)
    return [
        Movable(
            one.symbol,
            one.conid,
            one.asset,
            one.currency,
            one.quantity,
            promised[one.symbol, one.currency],
            one.price,
            one.value,
        )
        for one in held(account_id=account.pk, day=day)
        if one.quantity > 0 and one.asset not in STAYS
    ]


def _promised(account: Account, day: date) -> defaultdict[tuple[str, str], Decimal]:
    """What is promised away by contract, whoever asked; what has left, until the positions' day shows it."""
    found: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
    with cursor() as cur:
        cur.execute("SELECT symbol, currency, quantity FROM broker_promised_positions(%s, %s)", [account.pk, day])
        for symbol, currency, quantity in cur.fetchall():
            found[symbol, currency] += quantity
    return found


def positions_of(who: Who, found: FundingRequest) -> "QuerySet[MovedPosition]":
    """What a request moves, with the rows that show it."""
    return scope(who, MovedPosition).filter(request_id=found.pk).select_related("moved").order_by("symbol", "currency")


def parts_of(who: Who, found: FundingRequest) -> tuple[Part, ...]:
    """The same as it was asked for; no question for what moves cash."""
    if not found.moves_positions:
        return ()
    rows = positions_of(who, found)
    return in_order(Part(one.symbol, one.quantity, one.conid, one.asset, one.currency) for one in rows)


def position_requests(rows: "QuerySet[FundingRequest]") -> "QuerySet[FundingRequest]":
    """Those that move positions."""
    return rows.filter(kind__in=PositionKind.values)


def words_of(parts: Sequence[Part]) -> str:
    """The parts in one line."""
    return ", ".join(f"{one.quantity.normalize():f} {one.symbol}" for one in parts)


def source_of(who: Who, account: Account, number: str) -> Account:
    """Whose positions go: the account's own, or with a number those of a sub account of its group."""
    if not number:
        return account
    found = account_for(who, number)
    if account.kind != Kind.STL_MASTER or found.stl_id != account.pk:
        raise Http404
    return found
