"""The lots of an account, rebuilt from what its statements tell: every opening, closing, transfer and split in order.

What the statements do not tell is never guessed: the contract is flagged with the reason, and a closing without a lot
has no gain.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal, localcontext
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from accounts.broker.lots.matching import Closing, Lot, Method, Piece, pair, share, takes_methods
from portal.lib.money import CONTEXT


class Flag(StrEnum):
    """Why the lots of a contract are not all known."""

    BEFORE = "before"
    NO_LOT = "no_lot"
    TRANSFER = "transfer"
    ACTION = "action"
    CANCELLED = "cancelled"
    CURRENCY = "currency"


FLAG_CHOICES = [(one.value, one.value) for one in Flag]
FLAG_WORDS = {
    Flag.BEFORE: _("Bought before the first statement: the cost is the broker's, the day is not told."),
    Flag.NO_LOT: _("More was closed than the statements have opened; that part has no gain here."),
    Flag.TRANSFER: _("Part of it came by transfer, at the value of that day: its cost and its age are not told."),
    Flag.ACTION: _("A corporate action changed it in a way that the statement does not price."),
    Flag.CANCELLED: _("A trade was cancelled that no statement has shown."),
    Flag.CURRENCY: _("It was traded in more than one currency; only the first is followed."),
}


@dataclass(frozen=True, slots=True)
class Deal:
    """A trade as lots need it; `money` is what it cost or brought with commission and taxes, signed as cash."""

    key: str
    day: date
    quantity: Decimal
    money: Decimal
    only_closes: bool = False
    realized: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """A holding that was there before the statements begin, as the broker states it."""

    key: str
    opened_on: date | None
    quantity: Decimal
    cost: Decimal


@dataclass(frozen=True, slots=True)
class Moved:
    """Positions that came (above zero) or went; the value of the day stands for a cost that nobody has told."""

    key: str
    day: date
    quantity: Decimal
    value: Decimal


@dataclass(frozen=True, slots=True)
class Scaled:
    """A split: so much more or less of what is held, at the same cost."""

    day: date
    change: Decimal


@dataclass(frozen=True, slots=True)
class Unknown:
    """Something that the lots cannot follow, and why."""

    day: date
    flag: Flag


Step = Deal | Held | Moved | Scaled | Unknown
Picks = Mapping[str, Decimal]
# The method of a contract on a day, with the lots that were named for it.
Chosen = Callable[[date], tuple[str, Picks]]


@dataclass(slots=True)
class Book:
    """One contract: what is open, what was closed, and what is not known about it."""

    asset: str = "STK"
    lots: list[Lot] = field(default_factory=list)
    pieces: list[Piece] = field(default_factory=list)
    flags: set[Flag] = field(default_factory=set)
    unmatched: dict[date, Decimal] = field(default_factory=dict)
    realized: dict[date, Decimal] = field(default_factory=dict)
    opened: int = 0

    @property
    def quantity(self) -> Decimal:
        return sum((lot.quantity for lot in self.lots), Decimal(0))

    @property
    def cost(self) -> Decimal:
        return sum((lot.cost for lot in self.lots), Decimal(0))

    def gains(self, day: date) -> Decimal:
        """What the closings of a day came to."""
        return sum((one.gain for one in self.pieces if one.closing.day == day), Decimal(0))

    def open(self, key: str, day: date | None, quantity: Decimal, money: Decimal) -> None:
        self.opened += 1
        self.lots.append(Lot(key, self.opened, day, quantity, money))


def by_first_in(day: date) -> tuple[str, Picks]:
    """The broker's own method, on every day."""
    return Method.FIFO, {}


def replay(steps: Iterable[Step], *, asset: str = "STK", chosen: Chosen = by_first_in) -> Book:
    """Live through one contract's steps, which come in their order."""
    book = Book(asset)
    chosen = chosen if takes_methods(asset) else by_first_in
    picks: dict[date, dict[str, Decimal]] = {}
    with localcontext(CONTEXT):
        for step in steps:
            match step:
                case Deal():
                    _deal(book, step, chosen, picks)
                case Held():
                    book.open(step.key, step.opened_on, step.quantity, -step.cost)
                    if step.opened_on is None:
                        book.flags.add(Flag.BEFORE)
                case Moved():
                    _move(book, step)
                case Scaled():
                    _scale(book, step)
                case Unknown():
                    book.flags.add(step.flag)
    return book


def _deal(book: Book, deal: Deal, chosen: Chosen, picks: dict[date, dict[str, Decimal]]) -> None:
    if deal.realized is not None:
        book.realized[deal.day] = book.realized.get(deal.day, Decimal(0)) + deal.realized
    if not deal.quantity:
        return
    quantity, money = deal.quantity, deal.money
    if deal.only_closes or _is_against(book, quantity):
        method, named = chosen(deal.day)
        left_of_names = picks.setdefault(deal.day, dict(named))
        closing = Closing(deal.key, deal.day, quantity, money)
        against = book.lots if _is_against(book, quantity) else []
        pieces, left, unmatched = pair(against, closing, method, left_of_names)
        for one in pieces:
            if one.lot.key in left_of_names:
                left_of_names[one.lot.key] -= abs(one.lot.quantity)
        book.pieces += pieces
        book.lots = left if against else book.lots
        money -= sum((one.closing.money for one in pieces), Decimal(0))
        quantity = unmatched.copy_sign(quantity)
        if unmatched and deal.only_closes:
            book.flags.add(Flag.NO_LOT)
            book.unmatched[deal.day] = book.unmatched.get(deal.day, Decimal(0)) + unmatched
            return
    if quantity:
        book.open(deal.key, deal.day, quantity, money)


def _is_against(book: Book, quantity: Decimal) -> bool:
    return bool(book.lots) and (book.lots[0].quantity < 0) != (quantity < 0)


def _move(book: Book, moved: Moved) -> None:
    if moved.quantity > 0 and not _is_against(book, moved.quantity):
        book.open(moved.key, None, moved.quantity, -abs(moved.value))
        book.flags.add(Flag.TRANSFER)
        return
    # What leaves goes first in, first out, with its cost, and is no sale.
    closing = Closing(moved.key, moved.day, moved.quantity, Decimal(0))
    _pieces, book.lots, unmatched = pair(book.lots if _is_against(book, moved.quantity) else [], closing, Method.FIFO)
    if unmatched:
        book.flags.add(Flag.NO_LOT)


def _scale(book: Book, split: Scaled) -> None:
    """Every lot in proportion, its cost and its day kept; the last one takes what rounding leaves."""
    held, now = book.quantity, book.quantity + split.change
    if not held or now / held <= 0:
        book.flags.add(Flag.ACTION)
        return
    changed = [replace(lot, quantity=share(lot.quantity, now, held)) for lot in book.lots]
    rest = now - sum((lot.quantity for lot in changed[:-1]), Decimal(0))
    book.lots = [*changed[:-1], replace(changed[-1], quantity=rest)]
    if any(lot.quantity == 0 or (lot.quantity < 0) != (held < 0) for lot in book.lots):
        book.flags.add(Flag.ACTION)
