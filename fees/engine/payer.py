"""Who pays a commission or another broker's fee when the advisor offered to.  See docs/money/charged-to-advisor.md."""

from collections.abc import Iterable
from decimal import Decimal
from enum import StrEnum

from fees.engine.arithmetic import CONTEXT

FLOOR_USD = Decimal(1000)


class Payer(StrEnum):
    MASTER = "master"
    CLIENT = "client"


def payer(*, balance: Decimal, usd_rate: Decimal = Decimal(1)) -> Payer:
    """The master pays with at least USD 1,000 before the charge; `usd_rate` turns its currency into USD that day."""
    return Payer.MASTER if CONTEXT.multiply(balance, usd_rate) >= FLOOR_USD else Payer.CLIENT


def payers(charges: Iterable[Decimal], *, balance: Decimal, usd_rate: Decimal = Decimal(1)) -> list[Payer]:
    """Who pays each of several charges in the master's currency, one after another as they post."""
    found = []
    for amount in charges:
        found.append(payer(balance=balance, usd_rate=usd_rate))
        if found[-1] == Payer.MASTER:
            balance = CONTEXT.subtract(balance, amount)
    return found
