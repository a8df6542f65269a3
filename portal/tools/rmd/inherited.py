"""What an heir must take out of an inherited IRA; no rows, no pages.

The SECURE Act and the final regulations of 2024 (T.D. 10001), IRS Publication 590-B. An heir is not asked for the year
of the death beyond what the owner still owed. A Roth IRA counts as if its owner had not begun.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from portal.tools.rmd.rules import CENT, Reason, Requirement, Table, divided, due_day, first_year
from portal.tools.rmd.tables import tables

TEN_YEAR_RULE_SINCE = 2020
FIVE_YEARS, TEN_YEARS = 5, 10
OF_AGE = 21
# Missed yearly amounts of heirs under the ten-year rule are not asked for.
WAIVED_UNTIL = 2024


class Heir(StrEnum):
    """Who has inherited, as the law tells heirs apart."""

    SPOUSE = "spouse"
    MINOR = "minor"
    DISABLED = "disabled"
    NEAR_IN_AGE = "near_in_age"
    PERSON = "person"
    NOT_A_PERSON = "not_a_person"


@dataclass(frozen=True)
class Inheritance:
    """What is known of an inheritance."""

    owner_born_on: date
    owner_died_on: date
    heir: Heir
    heir_born_on: date | None = None
    was_roth: bool = False

    @property
    def had_begun(self) -> bool:
        """Whether the owner died on or after the day by which the first distribution was due."""
        first = first_year(self.owner_born_on)
        return not self.was_roth and self.owner_died_on >= due_day(first, first)

    @property
    def empty_by(self) -> int | None:
        """The year at whose end nothing may be left; None where the heir's or the owner's expectancy decides."""
        died = self.owner_died_on.year
        if self.heir == Heir.NOT_A_PERSON:
            return None if self.had_begun else died + FIVE_YEARS
        if died < TEN_YEAR_RULE_SINCE:
            return None
        if self.heir == Heir.MINOR and self.heir_born_on is not None:
            return self.heir_born_on.year + OF_AGE + TEN_YEARS
        return died + TEN_YEARS if self.heir == Heir.PERSON else None


def required(case: Inheritance, *, year: int, balance: Decimal | None) -> Requirement:
    """What the heir must take out for a year."""
    if case.heir_born_on is None and case.heir != Heir.NOT_A_PERSON:
        return Requirement(year, Reason.NO_BIRTH)
    died, last = case.owner_died_on.year, case.empty_by
    age = None if case.heir_born_on is None else year - case.heir_born_on.year
    if year <= died:
        return Requirement(year, Reason.OWNERS_YEAR, age=age, empty_by=last)
    due = date(year, 12, 31)
    if last is not None and year >= last:
        amount = None if balance is None else balance.quantize(CENT)
        reason = Reason.NO_BALANCE if balance is None else Reason.EMPTY
        return Requirement(year, reason, amount=amount, age=age, due=due, empty_by=last)
    factor = _factor(case, year)
    if factor is None:
        return Requirement(year, Reason.NO_YEARLY, age=age, empty_by=last)
    return Requirement(
        year,
        Reason.NO_BALANCE if balance is None else Reason.DUE,
        amount=None if balance is None else divided(balance, factor),
        factor=factor,
        table=Table.SINGLE,
        age=age,
        due=due,
        empty_by=last,
        is_waived=_is_ten_year(case) and year <= WAIVED_UNTIL,
    )


def _is_ten_year(case: Inheritance) -> bool:
    return case.heir == Heir.PERSON and case.owner_died_on.year >= TEN_YEAR_RULE_SINCE


def _factor(case: Inheritance, year: int) -> Decimal | None:
    """The larger of the heir's expectancy and what was left of the owner's; None where no yearly amount is due."""
    left_of_owner = None
    if case.had_begun:
        died = case.owner_died_on.year
        left_of_owner = tables().single_at(died - case.owner_born_on.year) - (year - died)
    if case.heir_born_on is None or case.heir == Heir.NOT_A_PERSON:
        return left_of_owner
    if left_of_owner is None and (_is_ten_year(case) or _may_wait(case, year)):
        return None
    own = _of_heir(case, case.heir_born_on, year)
    return own if left_of_owner is None else max(own, left_of_owner)


def _of_heir(case: Inheritance, born_on: date, year: int) -> Decimal:
    """A spouse reads the table anew each year; others read it once and take a year off for each that has passed."""
    if case.heir == Heir.SPOUSE:
        return tables().single_at(year - born_on.year)
    starts = case.owner_died_on.year + 1
    return tables().single_at(starts - born_on.year) - (year - starts)


def _may_wait(case: Inheritance, year: int) -> bool:
    """A spouse may wait until the year in which the owner would have had to begin."""
    return case.heir == Heir.SPOUSE and year < first_year(case.owner_born_on)
