"""The tax lots of an account as its statements tell them, and what was chosen about them."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Max, Min, QuerySet

from accounts.broker.activity.models import CorporateAction, PositionTransfer, Trade
from accounts.broker.holdings.models import Position
from accounts.broker.lots.history import History, account_history
from accounts.broker.lots.matching import STANDING, Closing, Lot, Method, Piece, pair, takes_methods
from accounts.broker.lots.models import LotChoice, LotDefault, LotLock
from accounts.broker.lots.replay import Book, Chosen, Held, Picks, replay
from accounts.broker.lots.rules import is_running
from accounts.ground.access.context import Who
from accounts.ground.access.scope import scope
from accounts.ground.tree.models import Account

# What happens between currencies is no lot.
WITHOUT_LOTS = ("CASH",)


@dataclass(frozen=True)
class Choices:
    """What was chosen for an account: its methods from days on, and those of single contracts and days."""

    standing: tuple[tuple[date, str], ...] = ()
    of_days: dict[tuple[str, date], tuple[str, Picks]] = field(default_factory=dict)

    def default(self, day: date) -> str:
        """The account's method on a day: the latest that has begun, else the broker's own."""
        begun = [method for starts, method in self.standing if starts <= day]
        return begun[-1] if begun else Method.FIFO

    def method(self, contract: str, day: date) -> tuple[str, Picks]:
        return self.of_days.get((contract, day)) or (self.default(day), {})


@dataclass(frozen=True)
class Contract:
    """One contract of an account: its lots by what was chosen, and by the broker's own method to tie to its figures."""

    key: str
    symbol: str
    currency: str
    multiplier: Decimal
    steps: tuple[Any, ...]
    chosen: Chosen
    book: Book
    as_broker: Book
    stated: tuple[Decimal, Decimal | None] | None
    value: Decimal | None
    price: Decimal | None


def choices_of(who: Who, account: Account) -> Choices:
    rows = scope(who, LotDefault).filter(account_id=account.pk).order_by("starts")
    days = scope(who, LotChoice).filter(account_id=account.pk)
    return Choices(
        tuple(rows.values_list("starts", "method")),
        {(one.contract, one.day): (one.method, {key: Decimal(text) for key, text in one.lots.items()}) for one in days},
    )


def chosen(who: Who, account: Account) -> "QuerySet[LotChoice]":
    """What was chosen for single days, the latest first."""
    return scope(who, LotChoice).filter(account_id=account.pk).order_by("-day", "symbol", "pk")


def standing(who: Who, account: Account) -> "QuerySet[LotDefault]":
    return scope(who, LotDefault).filter(account_id=account.pk).order_by("-starts")


def history_of(who: Who, account: Account) -> History:
    """Everything the statements tell of an account that makes, takes or changes lots; five queries."""
    positions = scope(who, Position).filter(account_id=account.pk)
    days = positions.aggregate(first=Min("day"), last=Max("day"))
    of_days = positions.filter(day__in=[day for day in set(days.values()) if day])
    return account_history(
        trades=list(
            scope(who, Trade).filter(account_id=account.pk, trade_on__isnull=False).exclude(asset__in=WITHOUT_LOTS)
        ),
        transfers=list(
            scope(who, PositionTransfer)
            .filter(account_id=account.pk, report_on__isnull=False, quantity__isnull=False)
            .exclude(asset__in=WITHOUT_LOTS)
            .exclude(quantity=0)
        ),
        actions=list(scope(who, CorporateAction).filter(account_id=account.pk, report_on__isnull=False)),
        positions=list(of_days.exclude(asset__in=WITHOUT_LOTS)),
        **days,
    )


def contracts_of(who: Who, account: Account, wanted: Choices) -> list[Contract]:
    """Every contract that the account has had, by symbol, with its lots by what was chosen."""
    history = history_of(who, account)
    return sorted((_contract(key, history, wanted) for key in history.steps), key=lambda one: (one.symbol, one.key))


def contract_of(who: Who, account: Account, key: str) -> Contract | None:
    history = history_of(who, account)
    return _contract(key, history, choices_of(who, account)) if key in history.steps else None


def _contract(key: str, history: History, wanted: Choices) -> Contract:
    steps, named = history.steps[key], history.named[key]

    def chosen(day: date) -> tuple[str, Picks]:
        return wanted.method(key, day)

    return Contract(
        key,
        named.symbol,
        named.currency,
        named.multiplier,
        tuple(steps),
        chosen,
        replay(steps, asset=named.asset, chosen=chosen),
        replay(steps, asset=named.asset),
        *history.stated.get(key, (None, None, None)),
    )


def compared(contract: Contract, day: date) -> list[tuple[str, Book]]:
    """The contract's closings of a day by every method that needs no lots named, before anything is chosen."""

    def by(method: str) -> Chosen:
        return lambda on: (method, {}) if on == day else contract.chosen(on)

    methods = STANDING if takes_methods(contract.book.asset) else (Method.FIFO,)
    return [(one, replay(contract.steps, asset=contract.book.asset, chosen=by(one))) for one in methods]


def open_before(contract: Contract, day: date) -> list[Lot]:
    """The lots that were open when a trade day began."""
    earlier = [step for step in contract.steps if isinstance(step, Held) or step.day < day]
    return replay(earlier, asset=contract.book.asset, chosen=contract.chosen).lots


def tried(contract: Contract, *, quantity: Decimal, price: Decimal, day: date) -> list[tuple[str, list[Piece]]]:
    """What closing so much at a price would bring by each method; nothing is stored."""
    held = contract.book.quantity
    signed = -quantity.copy_sign(held)
    closing = Closing("", day, signed, -signed * price * contract.multiplier)
    methods = STANDING if takes_methods(contract.book.asset) else (Method.FIFO,)
    return [(method, pair(contract.book.lots, closing, method)[0]) for method in methods]


def lock_of(who: Who, account: Account) -> LotLock | None:
    return scope(who, LotLock).filter(account_id=account.pk).first()


def holder(lock: LotLock | None, at: Any) -> int | None:
    """Who runs the Tax Optimizer of an account at an instant."""
    if lock is None or lock.ended_at is not None or not is_running(lock.beat_at, at):
        return None
    return lock.user_id


def by_day(book: Book) -> dict[date, dict[bool | None, Decimal]]:
    """Gains of each day, short-term, long-term and of an age that is not told."""
    sums: dict[date, dict[bool | None, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for one in book.pieces:
        sums[one.closing.day][one.is_long_term] += one.gain
    return sums
