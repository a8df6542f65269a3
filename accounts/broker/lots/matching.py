"""Which open lots a closing trade takes: the methods of the broker's Tax Optimizer, as pure decisions over lots.

Money is signed as cash is: what was paid is below zero, what was received above. So a lot that was bought and one that
was sold short are the same arithmetic, and a gain is what opening and closing come to together.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.lib.money import CONTEXT

PLACES = Decimal("1e-10")


class Method(models.TextChoices):
    """How closing trades are paired with open lots, named as the broker names it."""

    FIFO = "FIFO", _("First in, first out")
    LIFO = "LIFO", _("Last in, first out")
    HIGHEST = "HC", _("Highest cost")
    LOWEST = "LC", _("Lowest cost")
    LONG_GAIN = "MLG", _("Maximize long-term gain")
    LONG_LOSS = "MLL", _("Maximize long-term loss")
    SHORT_GAIN = "MSG", _("Maximize short-term gain")
    SHORT_LOSS = "MSL", _("Maximize short-term loss")
    SPECIFIC = "SL", _("Specific lot")


# Lots are named for one contract and one day, so they are no rule for an account.
STANDING = tuple(one for one in Method if one != Method.SPECIFIC)
STANDING_CHOICES = [(one.value, one.label) for one in STANDING]
# Of everything else the broker pairs first in, first out, whatever was chosen.
CHOOSABLE = frozenset({"STK", "OPT", "BOND", "BILL", "WAR", "FUND", "IOPT", ""})


def takes_methods(asset: str) -> bool:
    """Whether the method of a contract of this class can be chosen."""
    return asset in CHOOSABLE


@dataclass(frozen=True, slots=True)
class Lot:
    """What one opening trade left open. `opened_on` is None where nothing tells the day."""

    key: str
    place: int
    opened_on: date | None
    quantity: Decimal
    money: Decimal

    @property
    def cost(self) -> Decimal:
        """What it cost, or for a short lot what it brought as a sum below zero; as the broker states a cost basis."""
        return -self.money


@dataclass(frozen=True, slots=True)
class Closing:
    """A trade against open lots. `places` counts trades in their order, so that equal lots keep theirs."""

    key: str
    day: date
    quantity: Decimal
    money: Decimal


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a lot and the part of the closing trade that took it."""

    lot: Lot
    closing: Closing

    @property
    def gain(self) -> Decimal:
        return self.lot.money + self.closing.money

    @property
    def is_long_term(self) -> bool | None:
        """None where the day of opening is not told; what was sold short is short-term however long it was open."""
        return is_long_term(self.lot, self.closing.day)


def is_long_term(lot: Lot, day: date) -> bool | None:
    """Held for more than a year: counted from the day after it was bought, so its anniversary is not yet enough."""
    if lot.quantity < 0:
        return False
    return None if lot.opened_on is None else day >= _year_after(lot.opened_on + timedelta(days=1))


def _year_after(day: date) -> date:
    try:
        return day.replace(year=day.year + 1)
    except ValueError:  # the 29th of February
        return date(day.year + 1, 3, 1)


def divide(lot: Lot, quantity: Decimal) -> tuple[Lot, Lot | None]:
    """Take `quantity` (above zero) off a lot: the part with its share of the money, and what remains."""
    whole = abs(lot.quantity)
    if quantity >= whole:
        return lot, None
    money = share(lot.money, quantity, whole)
    signed = quantity.copy_sign(lot.quantity)
    return (
        replace(lot, quantity=signed, money=money),
        replace(lot, quantity=lot.quantity - signed, money=lot.money - money),
    )


def share(money: Decimal, part: Decimal, whole: Decimal) -> Decimal:
    """The part of an amount that falls on part of a quantity; whoever takes the rest keeps the difference."""
    return CONTEXT.divide(CONTEXT.multiply(money, part), whole).quantize(PLACES, context=CONTEXT)


def pair(
    lots: Iterable[Lot], closing: Closing, method: str, picks: Mapping[str, Decimal] | None = None
) -> tuple[list[Piece], list[Lot], Decimal]:
    """Pair a closing trade with lots: the pieces, what stays open, and how much of the trade found no lot.

    `picks` says how much of which lot a choice of specific lots takes; what they leave over follows first in, first
    out.
    """
    left = list(lots)
    wanted, money, pieces = abs(closing.quantity), closing.money, []
    for lot, most in _order(left, closing, method, picks or {}):
        if wanted <= 0:
            break
        here = next((one for one in left if one.key == lot.key), None)
        if here is None:
            continue
        taken, rest = divide(here, min(most, wanted, abs(here.quantity)))
        at = left.index(here)
        left[at : at + 1] = [rest] if rest else []
        quantity = abs(taken.quantity)
        part = money if quantity == wanted else share(money, quantity, wanted)
        pieces.append(
            Piece(taken, replace(closing, quantity=quantity.copy_sign(closing.quantity), money=part)),
        )
        wanted, money = wanted - quantity, money - part
    return pieces, left, wanted


def _order(
    lots: list[Lot], closing: Closing, method: str, picks: Mapping[str, Decimal]
) -> Iterable[tuple[Lot, Decimal]]:
    """Lots in the order in which they are taken, with how much of each may be."""
    if method == Method.SPECIFIC:
        # Of a copy: whoever takes them shortens the list meanwhile.
        yield from ((lot, picks[lot.key]) for lot in tuple(lots) if picks.get(lot.key, Decimal(0)) > 0)
        method = Method.FIFO
    each = _per_unit(closing.money, closing.quantity)
    by = ORDERS[Method(method)]

    def rank(lot: Lot) -> tuple[object, ...]:
        gain = _per_unit(lot.money, lot.quantity) + each
        return (*by(lot, gain, bool(is_long_term(lot, closing.day))), lot.place)

    yield from ((lot, abs(lot.quantity)) for lot in sorted(lots, key=rank))


def _per_unit(money: Decimal, quantity: Decimal) -> Fraction:
    return Fraction(money) / Fraction(abs(quantity)) if quantity else Fraction(0)


# Gain and loss are told a unit, and what comes to nothing counts as a gain. Of lots that rank alike the oldest goes
# first. The four that maximize go through (long or short, gain or loss) in the broker's order.
_Order = Callable[[Lot, Fraction, bool], tuple[object, ...]]
ORDERS: dict[Method, _Order] = {
    Method.FIFO: lambda lot, gain, is_long: (),
    Method.LIFO: lambda lot, gain, is_long: (-lot.place,),
    Method.HIGHEST: lambda lot, gain, is_long: (gain,),
    Method.LOWEST: lambda lot, gain, is_long: (-gain,),
    Method.LONG_GAIN: lambda lot, gain, is_long: (_rank("LG SG SL LL", gain, is_long=is_long), -gain),
    Method.SHORT_GAIN: lambda lot, gain, is_long: (_rank("SG LG LL SL", gain, is_long=is_long), -gain),
    Method.LONG_LOSS: lambda lot, gain, is_long: (_rank("LL SL SG LG", gain, is_long=is_long), gain),
    Method.SHORT_LOSS: lambda lot, gain, is_long: (_rank("SL LL LG SG", gain, is_long=is_long), gain),
}


def _rank(order: str, gain: Fraction, *, is_long: bool) -> int:
    return order.split().index(("L" if is_long else "S") + ("L" if gain < 0 else "G"))
