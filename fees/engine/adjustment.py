"""What is charged or given back when a fee that was billed comes out differently now.  See docs/money/adjustment.md.

The text of an adjustment begins with what was billed, and goes on with the fee's own text as it comes out now:

    billed 208.33333333 208.33
    2025-09-30 240000.0000
    7 0.010000 21

Together with what was billed it makes the right fee: amounts are subtracted as they were rounded, so that nothing is
rounded twice.
"""

from collections.abc import Iterable
from decimal import Decimal
from functools import reduce
from typing import NamedTuple

from fees.engine.arithmetic import CONTEXT, NO_AMOUNT, as_amount
from portal.lib.words import Sentence, gettext_noop

WORD = "billed"
CENTS = Decimal("0.01")


class Billed(NamedTuple):
    """A fee: with 8 decimals, and rounded once to the currency's unit."""

    exact: Decimal
    amount: Decimal


NOTHING = Billed(NO_AMOUNT, Decimal("0.00"))


def together(parts: Iterable[Billed]) -> Billed:
    """What a fee and its adjustments so far come to."""
    return reduce(lambda one, other: Billed(*map(CONTEXT.add, one, other)), parts, NOTHING)


def difference(billed: Billed, right: Billed) -> Billed:
    """What is missing, or below zero what was too much."""
    return Billed(*(CONTEXT.subtract(now, then) for now, then in zip(right, billed, strict=True)))


def text(billed: Billed, inputs: str) -> str:
    """The stored text; `inputs` is that of the fee as it comes out now, empty where nothing is owed at all."""
    first = f"{WORD} {as_amount(billed.exact):f} {billed.amount.quantize(CENTS):f}"
    return "\n".join([first, inputs]) if inputs else first


def parse(stored: str) -> tuple[Billed, str]:
    """What had been billed, and the fee's own text; ValueError or ArithmeticError where it is not one of ours."""
    first, _, inputs = stored.partition("\n")
    word, exact, amount = first.split(" ")
    if word != WORD:
        raise ValueError(f"{word} is not {WORD}")
    return Billed(Decimal(exact), Decimal(amount)), inputs


def before(billed: Billed, currency: str) -> Sentence:
    """How the story of an adjustment begins."""
    msgid = gettext_noop("For this period %(billed)s %(currency)s had been charged. With what is known since:")
    return Sentence(msgid, {"billed": billed.amount, "currency": currency})


def after(changed: Billed, currency: str) -> Sentence:
    """How it ends."""
    params = {"amount": abs(changed.amount), "currency": currency}
    if changed.amount > 0:
        return Sentence(gettext_noop("The difference of %(amount)s %(currency)s is charged in addition."), params)
    if changed.amount < 0:
        return Sentence(gettext_noop("The difference of %(amount)s %(currency)s is given back."), params)
    return Sentence(gettext_noop("That makes no difference in %(currency)s that can be paid."), {"currency": currency})
