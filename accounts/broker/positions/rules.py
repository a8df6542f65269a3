"""Which ways positions take, what a broker's numbers look like, and which rows of a statement show a way. No rows."""

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import NamedTuple

from accounts.broker.funding.models import PositionKind, PositionMethod
from portal.lib.words import gettext_noop

MOST_PARTS = 100
# Deliveries free of payment have one word in the statement, whatever they are called when they are asked for.
_IN_THE_STATEMENT = {PositionMethod.DWAC: "FOP", PositionMethod.BASIC_FOP: "FOP"}
# The clearing number of the other broker: at DTC four digits, in Canada four signs; free of payment also a BIC.
_CLEARING = {
    PositionMethod.ACATS: r"[0-9]{4}",
    PositionMethod.DWAC: r"[0-9]{4}",
    PositionMethod.ATON: r"[0-9A-Z]{4}",
    PositionMethod.FOP: r"[0-9]{4}|[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?",
    PositionMethod.BASIC_FOP: r"[0-9]{4}|[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?",
}


class Part(NamedTuple):
    """So much of one contract."""

    symbol: str
    quantity: Decimal
    conid: int | None = None
    asset: str = ""
    currency: str = ""


class Movable(NamedTuple):
    """One long position, and how much of it is promised to nobody yet; value in the contract's currency."""

    symbol: str
    conid: int | None
    asset: str
    currency: str
    quantity: Decimal
    promised: Decimal
    price: Decimal | None
    value: Decimal | None

    @property
    def key(self) -> str:
        """What names it in a form."""
        return str(self.conid) if self.conid is not None else self.symbol

    @property
    def free(self) -> Decimal:
        """Never below nothing."""
        return max(self.quantity - self.promised, Decimal(0))

    @property
    def worth(self) -> Decimal | None:
        """What one of it is worth; None where no statement says."""
        if self.value is not None and self.quantity:
            return self.value / self.quantity
        return self.price

    def part(self, quantity: Decimal) -> Part:
        """So much of it."""
        return Part(self.symbol, quantity, self.conid, self.asset, self.currency)


def in_order(parts: Iterable[Part]) -> tuple[Part, ...]:
    """The same parts always in one order, so that two wishes can be compared."""
    return tuple(sorted(parts, key=lambda one: (one.symbol, one.currency, one.quantity)))


def parts_problem(kind: str, parts: Sequence[Part]) -> str:
    """What is wrong with a list of parts; "" where nothing is. Positions that come without a list are an account."""
    if not parts and kind != PositionKind.IN:
        return gettext_noop("Choose at least one position.")
    if len(parts) > MOST_PARTS:
        return gettext_noop("One request moves at most 100 positions; ask for the rest in another one.")
    if any(not one.symbol or one.quantity <= 0 for one in parts):
        return gettext_noop("Say of each position how much of it moves: a number above zero.")
    if len({(one.symbol, one.currency) for one in parts}) < len(parts):
        return gettext_noop("Each position stands once in the list.")
    return ""


def broker_problem(method: str, code: str, number: str) -> str:
    """What is wrong with the numbers of an account at another broker; "" where nothing is."""
    if method not in PositionMethod.values:
        return gettext_noop("Choose a method.")
    if not re.fullmatch(r"[0-9A-Z][0-9A-Z-]{3,33}", number):
        return gettext_noop("An account number has 4 to 34 digits, letters or hyphens.")
    if not re.fullmatch(_CLEARING[PositionMethod(method)], code):
        return gettext_noop("The clearing number of a broker has four signs; for FOP its BIC will do as well.")
    return ""


def shown_as(method: str) -> str:
    """The word under which a statement shows a way."""
    return _IN_THE_STATEMENT.get(PositionMethod(method), method) if method in PositionMethod.values else method
