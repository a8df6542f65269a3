"""High-water marking: losses are carried from period to period, and a profit first recovers the oldest of them.

See docs/money/high-water-mark.md, which has the broker's published table of thirteen periods.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import reduce
from typing import NamedTuple

from fees.engine.arithmetic import CONTEXT, ZERO, as_amount
from fees.engine.limits import problem
from fees.engine.types import Problem
from portal.lib.periods import Frequency
from portal.lib.words import Sentence, gettext_noop

QUARTERS = 4
MONTHS_A_QUARTER = 3
YEAR_DIGITS = 4
LONGEST_LOOK_BACK = 400


class Loss(NamedTuple):
    """What is left of the loss of a period; `amount` is above zero."""

    period: int
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """How losses are carried: for `look_back` periods (None: for ever), and whether withdrawals shrink them."""

    look_back: int | None
    prorate: bool = False


class Withdrawal(NamedTuple):
    """Money taken out, and the equity just before: the closing value of the business day before it with the deposits
    of the same day."""

    amount: Decimal
    equity_before: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """A period's profit after carried losses, and the losses that are carried on, oldest first."""

    recovered: Decimal
    chargeable: Decimal
    carried: tuple[Loss, ...]
    story: tuple[Sentence, ...]


def ordinal(frequency: Frequency | str, day: date) -> int:
    """The number of the year or quarter that contains `day`; the next period has the next number."""
    if Frequency(frequency) == Frequency.ANNUAL:
        return day.year
    return day.year * QUARTERS + (day.month - 1) // MONTHS_A_QUARTER


def number_of(frequency: Frequency | str, words: str) -> int | None:
    """The number of a period written as 2024 or 2024Q4; None where the words name no period of that frequency."""
    year, _, quarter = words.partition("Q")
    if len(year) != YEAR_DIGITS or not (year.isascii() and year.isdigit()):
        return None
    if Frequency(frequency) == Frequency.ANNUAL:
        return int(year) if words == year else None
    return int(year) * QUARTERS + int(quarter) - 1 if quarter in ("1", "2", "3", "4") else None


def name_of(frequency: Frequency | str, number: int) -> str:
    """The period of a number, written as `number_of` reads it."""
    if Frequency(frequency) == Frequency.ANNUAL:
        return str(number)
    year, quarter = divmod(number, QUARTERS)
    return f"{year}Q{quarter + 1}"


def withdrawn_fraction(withdrawals: Iterable[Withdrawal]) -> Decimal:
    """The part of the equity that several withdrawals took out together, from 0 to 1."""
    left = Decimal(1)
    for amount, equity_before in withdrawals:
        if amount < 0:
            raise ValueError("a withdrawal is an amount above zero")
        if equity_before <= 0 or amount >= equity_before:
            left = left if amount == 0 else ZERO
        else:
            left = CONTEXT.multiply(left, CONTEXT.divide(CONTEXT.subtract(equity_before, amount), equity_before))
    return CONTEXT.subtract(Decimal(1), left)


def validate(mark: Mark, initial: Sequence[Loss] = ()) -> list[Problem]:
    """What is wrong with a mark and the earlier losses it starts with."""
    problems = []
    if mark.look_back is not None and not 1 <= mark.look_back <= LONGEST_LOOK_BACK:
        msgid = gettext_noop("Look back over 1 to %(most)s periods, or leave it empty to carry losses for ever.")
        problems.append(problem("look_back", "out_of_range", msgid, most=LONGEST_LOOK_BACK))
    for place, loss in enumerate(initial):
        if not loss.amount.is_finite() or loss.amount <= 0:
            msgid = gettext_noop("An earlier loss is an amount above zero.")
            problems.append(problem(f"losses.{place}.amount", "too_low", msgid))
    return problems


def settle(
    mark: Mark | None, *, profit: Decimal, period: int, carried: Iterable[Loss] = (), withdrawn: Decimal = ZERO
) -> Settled:
    """Close a period: expire old losses, prorate the rest, then add this period's loss or recover the oldest first."""
    if mark is None:
        return Settled(recovered=ZERO, chargeable=max(profit, ZERO), carried=(), story=())
    losses, story = _aged(mark, sorted(carried), period)
    if mark.prorate and withdrawn and losses:
        losses = _prorated(losses, withdrawn)
        msgid = gettext_noop(
            "%(percent)s %% of the equity was withdrawn, so losses carried from before shrink to %(carried)s."
        )
        story.append(Sentence(msgid, {"percent": as_amount(withdrawn * 100), "carried": _total(losses)}))
    if profit < 0:
        losses.append(Loss(period, -profit))
        msgid = gettext_noop("The loss of %(loss)s is carried on; carried losses are now %(carried)s.")
        story.append(Sentence(msgid, {"loss": -profit, "carried": _total(losses)}))
        return Settled(recovered=ZERO, chargeable=ZERO, carried=tuple(losses), story=tuple(story))
    recovered, left = _recovered(losses, profit)
    if recovered:
        msgid = gettext_noop("%(recovered)s of it recovers carried losses, oldest first; %(carried)s remain.")
        story.append(Sentence(msgid, {"recovered": recovered, "carried": _total(left)}))
    chargeable = CONTEXT.subtract(profit, recovered)
    return Settled(recovered=recovered, chargeable=chargeable, carried=tuple(left), story=tuple(story))


def _aged(mark: Mark, carried: list[Loss], period: int) -> tuple[list[Loss], list[Sentence]]:
    if mark.look_back is None:
        return carried, []
    young = [loss for loss in carried if period - loss.period <= mark.look_back]
    expired = CONTEXT.subtract(_total(carried), _total(young))
    if not expired:
        return young, []
    msgid = gettext_noop("Losses of %(expired)s are older than %(periods)s periods and are carried no longer.")
    return young, [Sentence(msgid, {"expired": expired, "periods": mark.look_back})]


def _prorated(losses: list[Loss], withdrawn: Decimal) -> list[Loss]:
    kept = CONTEXT.subtract(Decimal(1), withdrawn)
    shrunk = (Loss(loss.period, as_amount(CONTEXT.multiply(loss.amount, kept))) for loss in losses)
    return [loss for loss in shrunk if loss.amount > 0]


def _recovered(losses: list[Loss], profit: Decimal) -> tuple[Decimal, list[Loss]]:
    left, recovered = [], ZERO
    for loss in losses:
        used = min(loss.amount, CONTEXT.subtract(profit, recovered))
        recovered = CONTEXT.add(recovered, used)
        if used < loss.amount:
            left.append(Loss(loss.period, CONTEXT.subtract(loss.amount, used)))
    return recovered, left


def _total(losses: Iterable[Loss]) -> Decimal:
    return reduce(CONTEXT.add, (loss.amount for loss in losses), ZERO)
