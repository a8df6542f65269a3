"""What the pages and routes of tax lots show: rows with every figure worked out, ready to be read."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from accounts.broker.lots.matching import Lot, Method, Piece, is_long_term
from accounts.broker.lots.queries import Contract, compared, tried
from accounts.broker.lots.replay import FLAG_WORDS
from portal.lib.money import round_display

# A broker rounds each line; less than a cent is no difference.
CENT = Decimal("0.01")


@dataclass(frozen=True)
class Sums:
    """Gains, short-term and long-term; `unknown` of lots whose age nobody has told."""

    short: Decimal
    long: Decimal
    unknown: Decimal

    @property
    def whole(self) -> Decimal:
        return self.short + self.long + self.unknown


@dataclass(frozen=True)
class ByMethod:
    """What a method would bring."""

    method: str
    label: str
    sums: Sums


@dataclass(frozen=True)
class Day:
    """The closings of a day: by what was chosen, by the broker's own method, and what the broker says."""

    day: date
    quantity: Decimal
    method: str
    sums: Sums
    first_in: Decimal
    realized: Decimal | None

    @property
    def difference(self) -> Decimal | None:
        """How far the broker's figure is from ours by its own method; None where they agree or it gives none."""
        if self.realized is None:
            return None
        apart = round_display(self.realized - self.first_in)
        return apart if abs(apart) >= CENT else None


@dataclass(frozen=True)
class OpenLot:
    """A lot with what it would bring at the broker's last price."""

    lot: Lot
    each: Decimal
    is_long: bool | None
    gain: Decimal | None


@dataclass(frozen=True)
class Line:
    """A contract in the list of an account."""

    contract: Contract
    sums: Sums
    difference: Decimal | None
    apart: Decimal | None
    flags: tuple[object, ...]

    @property
    def unrealized(self) -> Decimal | None:
        return None if self.contract.value is None else self.contract.value - self.contract.book.cost


def sums_of(pieces: Iterable[Piece]) -> Sums:
    found = {True: Decimal(0), False: Decimal(0), None: Decimal(0)}
    for one in pieces:
        found[one.is_long_term] += one.gain
    return Sums(found[False], found[True], found[None])


def line_of(contract: Contract, year: int) -> Line:
    """A contract with its gains of a year; `difference` and `apart` are of all days and of what is open."""
    away = [one.difference for one in days_of(contract) if one.difference is not None]
    stated = contract.stated[0] if contract.stated else Decimal(0)
    apart = stated - contract.as_broker.quantity
    return Line(
        contract,
        sums_of(one for one in contract.book.pieces if one.closing.day.year == year),
        sum(away, Decimal(0)) if away else None,
        apart or None,
        tuple(FLAG_WORDS[one] for one in sorted(contract.book.flags)),
    )


def days_of(contract: Contract) -> list[Day]:
    """The days on which something was closed, the latest first."""
    pieces: dict[date, list[Piece]] = {}
    for one in contract.book.pieces:
        pieces.setdefault(one.closing.day, []).append(one)
    told = {day for day, realized in contract.as_broker.realized.items() if realized}
    return [
        Day(
            day,
            sum((abs(one.closing.quantity) for one in pieces.get(day, ())), Decimal(0)),
            contract.chosen(day)[0],
            sums_of(pieces.get(day, ())),
            contract.as_broker.gains(day),
            contract.as_broker.realized.get(day),
        )
        for day in sorted(pieces.keys() | told, reverse=True)
    ]


def open_lots(contract: Contract, day: date) -> list[OpenLot]:
    """What is open, as it would be sold on a day at the broker's last price."""
    price = contract.price
    return [
        OpenLot(
            lot,
            lot.cost / lot.quantity / contract.multiplier if lot.quantity else Decimal(0),
            is_long_term(lot, day),
            None if price is None else lot.quantity * price * contract.multiplier - lot.cost,
        )
        for lot in contract.book.lots
    ]


def of_methods(contract: Contract, day: date) -> list[ByMethod]:
    """The closings of a day by every method."""
    return [
        ByMethod(method, str(Method(method).label), sums_of(one for one in book.pieces if one.closing.day == day))
        for method, book in compared(contract, day)
    ]


def of_trial(contract: Contract, quantity: Decimal, price: Decimal, day: date) -> list[ByMethod]:
    """A closing that has not happened, by every method."""
    return [
        ByMethod(method, str(Method(method).label), sums_of(pieces))
        for method, pieces in tried(contract, quantity=quantity, price=price, day=day)
    ]
