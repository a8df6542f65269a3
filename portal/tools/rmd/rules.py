"""What must be taken out of an IRA in a year, by when, and what is left of it; no rows, no pages.

Internal Revenue Code 401(a)(9) as SECURE 2.0 has left it, IRS Publication 590-B. Ages are those reached in a year.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from portal.lib.money import CONTEXT
from portal.tools.rmd.tables import tables

CENT, DOLLAR, ZERO = Decimal("0.01"), Decimal(1), Decimal(0)
OLDEST_RULE = date(1949, 7, 1)
# Who was born before the day has the age of the line; whoever came later has the last one.
APPLICABLE_AGES = ((date(1951, 1, 1), 72), (date(1960, 1, 1), 73))
LAST_AGE = 75
MORE_YEARS = 10


class Reason(StrEnum):
    """Why there is an amount, or none."""

    DUE = "due"
    NOT_YET = "not_yet"
    ROTH = "roth"
    NO_BALANCE = "no_balance"
    NO_BIRTH = "no_birth"
    NO_FACTS = "no_facts"
    OWNERS_YEAR = "owners_year"
    NO_YEARLY = "no_yearly"
    EMPTY = "empty"


class Table(StrEnum):
    """Which of the three tables gave the factor."""

    UNIFORM = "uniform"
    JOINT = "joint"
    SINGLE = "single"


@dataclass(frozen=True)
class Requirement:
    """A year's distribution: how much, from which factor, until when; or why there is none.

    `empty_by` is the year at whose end nothing may be left; `is_waived` says that the IRS does not ask for the amount.
    """

    year: int
    reason: Reason
    amount: Decimal | None = None
    factor: Decimal | None = None
    table: Table | None = None
    age: int | None = None
    spouse_age: int | None = None
    due: date | None = None
    first_year: int | None = None
    empty_by: int | None = None
    is_waived: bool = False

    @property
    def whole_dollars(self) -> Decimal | None:
        """As the IRS prints it."""
        return None if self.amount is None else self.amount.quantize(DOLLAR, ROUND_HALF_UP)


def first_year(born_on: date) -> int:
    """The year in which the age is reached at which distributions begin."""
    if born_on < OLDEST_RULE:  # 70 and a half
        return born_on.year + (70 if born_on.month <= 6 else 71)
    age = next((age for before, age in APPLICABLE_AGES if born_on < before), LAST_AGE)
    return born_on.year + age


def due_day(year: int, first: int) -> date:
    """The first distribution may wait until April of the next year, every later one is due in its own."""
    return date(year + 1, 4, 1) if year == first else date(year, 12, 31)


def required(
    *,
    born_on: date | None,
    year: int,
    balance: Decimal | None,
    spouse_born_on: date | None = None,
    spouse_is_sole: bool = False,
) -> Requirement:
    """What the owner of a traditional, rollover or SEP IRA must take out for a year."""
    if born_on is None:
        return Requirement(year, Reason.NO_BIRTH)
    first, age = first_year(born_on), year - born_on.year
    if year < first:
        return Requirement(year, Reason.NOT_YET, age=age, first_year=first)
    table, factor, spouse_age = Table.UNIFORM, tables().uniform_at(age), None
    if spouse_born_on is not None:
        spouse_age = year - spouse_born_on.year
        # By birth years: a gap of eleven is always more than ten years, and at ten both tables agree.
        if spouse_is_sole and spouse_born_on.year - born_on.year > MORE_YEARS:
            table, factor = Table.JOINT, tables().joint_at(age, spouse_age)
    return Requirement(
        year,
        Reason.NO_BALANCE if balance is None else Reason.DUE,
        amount=None if balance is None else divided(balance, factor),
        factor=factor,
        table=table,
        age=age,
        spouse_age=spouse_age,
        due=due_day(year, first),
        first_year=first,
    )


def divided(balance: Decimal, factor: Decimal) -> Decimal:
    """The balance by the factor, in cents, half up; all of it where less than a year is left."""
    if factor <= 1:
        return balance.quantize(CENT, ROUND_HALF_UP)
    return CONTEXT.divide(balance, factor).quantize(CENT, ROUND_HALF_UP)


@dataclass(frozen=True)
class Taken:
    """What was withdrawn: in the year before, in the year, in each until the first of April, and the next spring."""

    before: Decimal = ZERO
    in_year: Decimal = ZERO
    until_april: Decimal = ZERO
    next_spring: Decimal = ZERO

    def __add__(self, other: "Taken") -> "Taken":
        return Taken(
            self.before + other.before,
            self.in_year + other.in_year,
            self.until_april + other.until_april,
            self.next_spring + other.next_spring,
        )


def counted(taken: Taken, *, year: int, first: int | None, amount: Decimal, first_amount: Decimal | None) -> Decimal:
    """What of the withdrawals counts for a year.

    A first distribution may be put off into the next spring: what is taken until April counts for the first year as
    far as that still lacks it, and only then for its own.
    """
    if first is not None and year == first:
        return taken.in_year + min(max(amount - taken.in_year, ZERO), taken.next_spring)
    if first is not None and year == first + 1 and first_amount is not None:
        return taken.in_year - min(max(first_amount - taken.before, ZERO), taken.until_april)
    return taken.in_year


@dataclass(frozen=True)
class Together:
    """The distributions of all IRAs of one owner: they are added up and may be taken from any of them."""

    required: Decimal
    withdrawn: Decimal

    @property
    def remaining(self) -> Decimal:
        """Never less than nothing: what is taken beyond it is not owed back."""
        return max(self.required - self.withdrawn, ZERO)


def together(lines: Sequence[tuple[Decimal, Decimal]]) -> Together:
    """Required and withdrawn, account by account, added up."""
    return Together(sum((one for one, _taken in lines), ZERO), sum((taken for _one, taken in lines), ZERO))
