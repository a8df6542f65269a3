"""Blocks as a person sees them, executions that belong to none yet, and what an allocation would be."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, F, Min, OuterRef, Prefetch, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Abs
from django.http import Http404
from django.utils.translation import gettext as _

from accounts.broker.activity.models import Trade
from accounts.broker.allocation.models import (
    Allocation,
    AllocationShare,
    AllocationState,
    Block,
    BlockExecution,
    Method,
)
from accounts.broker.allocation.rules import (
    MOST,
    AllocationRefused,
    Candidate,
    Share,
    by_hand,
    check_percent,
    share_out,
    with_reasons,
)
from accounts.broker.feed.models import FxRate, NavDaily
from accounts.broker.instruments.rules import PRODUCT_OF, Side, Traded
from accounts.broker.trading.queries import facts_of
from accounts.broker.trading.rules import decide
from accounts.ground.access.authority import Function
from accounts.ground.access.context import Who
from accounts.ground.access.scope import NotAllowed, answer, refusal, scope
from accounts.ground.tree.models import HOLDING_KINDS, Account, Kind, Status
from portal.lib.fingerprint import fingerprint

RECENT = timedelta(days=30)
OFFERED = 25
# What the broker's statements write for a side.
STATEMENT_SIDES = {Side.BUY: ("BUY",), Side.SELL: ("SELL",), Side.SHORT: ("SELL",)}


@dataclass(frozen=True)
class Entry:
    """One account as it was asked for: a percentage or quantity, and the least it may get."""

    number: str
    figure: Decimal | None = None
    minimum: Decimal | None = None


@dataclass(frozen=True)
class Asked:
    """A whole wish: method, accounts, and the least an account may get where it names nothing of its own."""

    method: str
    entries: tuple[Entry, ...]
    minimum: Decimal = Decimal(0)


@dataclass(frozen=True)
class Plan:
    """What would be allocated; `digest` binds a later save to exactly this."""

    shares: tuple[Share, ...]
    weights: dict[str, Decimal]
    accounts: dict[str, Account]
    digest: str


def blocks(who: Who) -> "QuerySet[Block]":
    """Blocks one sees, each with its current allocation's method."""
    current = Allocation.unscoped.filter(block=OuterRef("pk"), state=AllocationState.CURRENT)
    executed = (
        BlockExecution.unscoped.filter(block=OuterRef("pk"), released_at__isnull=True)
        .order_by().values("block").annotate(total=Sum(Abs("trade__quantity"))).values("total")
    )  # fmt: skip
    rows = scope(who, Block).select_related("account")
    return rows.annotate(method=Subquery(current.values("method")[:1]), executed=Subquery(executed))


def block_for(who: Who, pk: UUID) -> Block:
    """One block; hidden and missing answer alike."""
    row = blocks(who).filter(pk=pk).first()
    if row is None:
        raise Http404
    return row


def own_block_for(who: Who, pk: UUID) -> Block:
    """One block of the person's own practice to share out; NotAllowed for another's that they see."""
    block = block_for(who, pk)
    if not may_allocate(who, block.practice_id):
        raise not_ours()
    return block


def may_allocate(who: Who, practice_id: int) -> bool:
    """Blocks are allocated by the practice that placed them, by users who see all of its accounts."""
    whole = who.is_advisor and who.reach in ("firm", "practice")
    return whole and who.can("allocate") and practice_id == who.practice_id


def not_ours() -> NotAllowed:
    """The refusal of a block that is not the person's to share out."""
    words = _("A block is shared out by the practice that placed it, by users who see all of its accounts.")
    return NotAllowed("allocate", words)


def own_accounts(who: Who) -> "QuerySet[Account]":
    """Open accounts that an allocation may name."""
    rows = scope(who, Account, "allocate").filter(practice_id=who.practice_id, status=Status.OPEN)
    return rows.order_by("sort_key", "pk")


def master_of(who: Who) -> Account:
    """The master account of the person's practice, which places its blocks."""
    kind = Kind.TOP_MASTER if who.role == "top" else Kind.SECOND_MASTER
    found = scope(who, Account).filter(practice_id=who.practice_id, kind=kind).first()
    if found is None or not may_allocate(who, found.practice_id):
        raise not_ours()
    return found


def free_executions(who: Who) -> "QuerySet[Trade]":
    """Imported executions in the practice's own accounts that belong to no block."""
    taken = BlockExecution.unscoped.filter(trade=OuterRef("pk"), released_at__isnull=True)
    rows = scope(who, Trade).filter(account__practice_id=who.practice_id, asset__in=list(PRODUCT_OF))
    return rows.filter(~Exists(taken)).exclude(quantity=0)


def offered(who: Who, day: date) -> Any:
    """Free executions of the last weeks, one line for each order."""
    rows = free_executions(who).filter(trade_on__gt=day - RECENT, side__in=["BUY", "SELL"])
    told = rows.values("trade_on", "symbol", "asset", "side", "currency", "order_id")
    return told.annotate(executions=Count("pk"), quantity=Sum(Abs("quantity")), like=Min("pk")).order_by(
        "-trade_on", "symbol", "order_id"
    )[:OFFERED]


def executions_like(who: Who, trade: int) -> list[Trade]:
    """The free executions of the same order as one of them; that one alone where the broker names no order."""
    one = free_executions(who).filter(pk=trade).first()
    if one is None:
        raise Http404
    if not one.order_id:
        return [one]
    same = {name: getattr(one, name) for name in ("trade_on", "symbol", "asset", "side", "order_id")}
    return list(free_executions(who).filter(**same).order_by("pk")[:MOST])


def fitting(who: Who, block: Block) -> "QuerySet[Trade]":
    """Free executions that could belong to a block."""
    rows = free_executions(who).filter(trade_on=block.traded_on, symbol=block.symbol, asset=block.asset)
    return rows.filter(side__in=STATEMENT_SIDES[Side(block.side)]).select_related("account").order_by("pk")


def plan(who: Who, block: Block, asked: Asked, *, valued_on: date | None) -> Plan:
    """What the allocation would be. Raises Http404 for an account one does not see, NotAllowed for one of somebody
    else, AllocationRefused for what cannot be shared out so."""
    if not may_allocate(who, block.practice_id):
        raise not_ours()
    if block.executed is not None and block.executed != block.quantity:  # type: ignore[attr-defined]
        raise AllocationRefused(_("The executions no longer add up to the block; take the executed quantity first."))
    accounts = _accounts(who, block, asked.entries)
    weights, reasons = _weights(asked, accounts, valued_on)
    facts = facts_of(who, list(accounts.values()), block.traded_on, function=Function.ALLOCATE)
    traded = Traded(block.symbol, block.asset, block.country)
    for number, account in accounts.items():
        decision = decide(facts[account.pk], traded=traded, side=block.side, day=block.traded_on)
        if not decision.allowed:
            reasons[number] = " ".join(decision.reasons)[:500]
    wanted = [
        Candidate(one.number, weights[one.number], asked.minimum if one.minimum is None else one.minimum)
        for one in asked.entries
    ]
    if asked.method == Method.PERCENT:
        check_percent(wanted)
    share = by_hand if asked.method == Method.MANUAL else share_out
    shares = tuple(share(block.quantity, block.lot, with_reasons(wanted, reasons)))
    return Plan(shares, weights, accounts, _digest(block, asked.method, shares))


def _accounts(who: Who, block: Block, entries: Sequence[Entry]) -> dict[str, Account]:
    numbers = [entry.number for entry in entries]
    if not numbers:
        raise AllocationRefused(_("Choose at least one account."))
    if len(set(numbers)) != len(numbers):
        raise AllocationRefused(_("An account is named twice."))
    if len(numbers) > MOST:
        raise AllocationRefused(_("An allocation names at most %(most)d accounts.") % {"most": MOST})
    found = {one.number: one for one in scope(who, Account).filter(number__in=numbers).select_related("practice")}
    if len(found) != len(numbers):
        raise Http404
    for account in found.values():
        if not answer(who, Function.ALLOCATE, account).allowed:
            raise refusal(who, Function.ALLOCATE, account)
        if account.practice_id != block.practice_id:
            raise not_ours()
    return found


def _weights(
    asked: Asked, accounts: dict[str, Account], valued_on: date | None
) -> tuple[dict[str, Decimal], dict[str, str]]:
    """A weight for each account, and a reason for those that have none."""
    if asked.method == Method.EQUAL:
        return dict.fromkeys(accounts, Decimal(1)), {}
    if asked.method in (Method.PERCENT, Method.MANUAL):
        return {one.number: one.figure or Decimal(0) for one in asked.entries}, {}
    if asked.method != Method.NLV:
        raise AllocationRefused(_("There is no such method."))
    values = _values(accounts.values(), valued_on)
    none = _("It has no net liquidation value above zero on the last sealed day.")
    reasons = {number: none for number, account in accounts.items() if values.get(account.pk, Decimal(0)) <= 0}
    return {number: values.get(account.pk, Decimal(0)) for number, account in accounts.items()}, reasons


def _values(accounts: Iterable[Account], day: date | None) -> dict[int, Decimal]:
    """Net liquidation value by account in the firm's currency; accounts without a value or a rate are missing."""
    rate = FxRate.unscoped.filter(
        day=day,
        from_currency=OuterRef("account__base_currency"),
        to_currency=OuterRef("account__firm__base_currency"),
    ).values("rate")
    rows = NavDaily.unscoped.filter(nav_date=day, account_id__in=[one.pk for one in accounts]).annotate(
        rate=Subquery(rate), is_own=Q(account__base_currency=F("account__firm__base_currency"))
    )
    found = {}
    for account, nlv, its_rate, is_own in rows.values_list("account_id", "nlv", "rate", "is_own"):
        if is_own or its_rate is not None:
            found[account] = nlv if is_own else nlv * its_rate
    return found


def _digest(block: Block, method: str, shares: Iterable[Share]) -> str:
    fields: list[str | Decimal | None] = [str(block.pk), block.quantity.normalize(), block.lot.normalize(), method]
    for share in shares:
        fields += [share.number, share.quantity.normalize(), share.left_out]
    return fingerprint(fields)


def holdings_offered(who: Who) -> "QuerySet[Account]":
    """Accounts for the form; masters hold nothing and are not offered."""
    return own_accounts(who).filter(kind__in=HOLDING_KINDS)


def attached(who: Who, block: Block) -> "QuerySet[BlockExecution]":
    """Executions of a block, with what the broker says of them now."""
    rows = scope(who, BlockExecution).filter(block=block, released_at__isnull=True)
    return rows.select_related("trade").order_by("trade_id")


def versions(who: Who, block: Block) -> "QuerySet[Allocation]":
    """Every allocation of a block with its shares, the latest first."""
    shares = Prefetch("shares", queryset=scope(who, AllocationShare).order_by("number"))
    return scope(who, Allocation).filter(block=block).order_by("-version").prefetch_related(shares)
