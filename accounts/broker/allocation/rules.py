"""Sharing out a block: whole lots, the same result whatever the order, and every lot given to somebody.

Pure: no rows, no clock. Quantities are decimals; the division is done in whole numbers, so nothing is lost on the way.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from django.utils.translation import gettext as _

# Accounts in one allocation.
MOST = 1000
HUNDRED = Decimal(100)


class AllocationRefused(ValueError):
    """A sentence a person can read: why a block cannot be shared out so."""


@dataclass(frozen=True)
class Candidate:
    """An account that was asked for: its weight, the least it may get, and why it cannot take anything."""

    number: str
    weight: Decimal = Decimal(0)
    minimum: Decimal = Decimal(0)
    left_out: str = ""


@dataclass(frozen=True)
class Share:
    """What one account gets; zero with a reason."""

    number: str
    quantity: Decimal
    left_out: str = ""


def share_out(quantity: Decimal, lot: Decimal, candidates: Iterable[Candidate]) -> list[Share]:
    """Shares in proportion to the weights, in whole lots, by number; they add up to the quantity exactly.

    Every share is first rounded down; lots left over go to the largest remainders, lower account numbers first among
    equal ones. While an account would get less than its minimum, the one with the smallest weight is left out and the
    rest is shared again.
    """
    units = whole_lots(quantity, lot)
    ordered = sorted(candidates, key=lambda one: one.number)
    out = {one.number: one.left_out for one in ordered if one.left_out}
    taking = [one for one in ordered if not one.left_out]
    for one in taking:
        if one.weight <= 0:
            out[one.number] = _("Its share would be nothing.")
    taking = [one for one in taking if one.weight > 0]
    while True:
        if not taking:
            raise AllocationRefused(_("No account can take it. Nothing was allocated."))
        lots = largest_remainder(units, [one.weight for one in taking])
        short = [one for one, got in zip(taking, lots, strict=True) if got * lot < one.minimum]
        if not short:
            break
        last = max(short, key=lambda one: (-one.weight, one.number))
        out[last.number] = _("Its share would be below the minimum of %(minimum)s.") % {"minimum": plain(last.minimum)}
        taking.remove(last)
    got = {one.number: lots[place] * lot for place, one in enumerate(taking)}
    return [_share(one.number, got.get(one.number, Decimal(0)), out.get(one.number, "")) for one in ordered]


def by_hand(quantity: Decimal, lot: Decimal, candidates: Iterable[Candidate]) -> list[Share]:
    """The quantities as they were given, if each can be taken and they add up; refused otherwise."""
    whole_lots(quantity, lot)
    ordered = sorted(candidates, key=lambda one: one.number)
    for one in ordered:
        if one.weight < 0:
            raise AllocationRefused(_("%(number)s: a quantity may not be negative.") % {"number": one.number})
        if one.weight and one.left_out:
            raise AllocationRefused(_("%(number)s: %(words)s") % {"number": one.number, "words": one.left_out})
        if one.weight % lot:
            words = _("%(number)s: %(quantity)s is not a whole number of lots of %(lot)s.")
            raise AllocationRefused(words % {"number": one.number, "quantity": plain(one.weight), "lot": plain(lot)})
        if one.weight and one.weight < one.minimum:
            words = _("%(number)s: %(quantity)s is below the minimum of %(minimum)s.")
            raise AllocationRefused(
                words % {"number": one.number, "quantity": plain(one.weight), "minimum": plain(one.minimum)}
            )
    given = sum((one.weight for one in ordered), Decimal(0))
    if given != quantity:
        words = _("The quantities add up to %(given)s, but %(quantity)s were executed.")
        raise AllocationRefused(words % {"given": plain(given), "quantity": plain(quantity)})
    return [_share(one.number, one.weight, one.left_out) for one in ordered]


def check_percent(candidates: Sequence[Candidate]) -> None:
    """Percentages add up to a hundred before anybody is left out."""
    if any(one.weight < 0 for one in candidates):
        raise AllocationRefused(_("A percentage may not be negative."))
    given = sum((one.weight for one in candidates), Decimal(0))
    if given != HUNDRED:
        raise AllocationRefused(_("The percentages add up to %(given)s, not to 100.") % {"given": plain(given)})


def largest_remainder(units: int, weights: Sequence[Decimal]) -> list[int]:
    """Whole units in proportion to positive weights that add up exactly; earlier ones first among equals."""
    places = max((-exponent(weight) for weight in weights), default=0)
    whole = [int(weight.scaleb(max(places, 0))) for weight in weights]
    total = sum(whole)
    shares, remainders = zip(*(divmod(units * weight, total) for weight in whole), strict=True)
    left = units - sum(shares)
    first = set(sorted(range(len(whole)), key=lambda place: (-remainders[place], place))[:left])
    return [share + (place in first) for place, share in enumerate(shares)]


def whole_lots(quantity: Decimal, lot: Decimal) -> int:
    """How many lots a quantity is; refused for one that is not whole."""
    if lot <= 0 or quantity <= 0:
        raise AllocationRefused(_("A quantity and a lot are above zero."))
    lots, rest = divmod(quantity, lot)
    if rest:
        words = _("%(quantity)s is not a whole number of lots of %(lot)s.")
        raise AllocationRefused(words % {"quantity": plain(quantity), "lot": plain(lot)})
    return int(lots)


def with_reasons(candidates: Iterable[Candidate], reasons: dict[str, str]) -> list[Candidate]:
    """The candidates, those with a reason left out."""
    return [replace(one, left_out=reasons.get(one.number, one.left_out)) for one in candidates]


def exponent(number: Decimal) -> int:
    """The exponent of a finite decimal."""
    return int(number.as_tuple().exponent)


def plain(number: Decimal) -> str:
    """A quantity without the zeros behind it."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _share(number: str, quantity: Decimal, left_out: str) -> Share:
    if quantity:
        return Share(number, quantity)
    return Share(number, Decimal(0), left_out or _("Its share is less than one lot."))
