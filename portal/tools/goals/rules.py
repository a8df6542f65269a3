"""What a goal is: kinds, profiles, how amounts grow with prices, and what a probability means; no rows, no pages."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from portal.lib.money import CONTEXT
from portal.lib.words import gettext_noop
from portal.tools.goals.simulation import MONTHS, Plan

INFLATION = Decimal("0.03")
COLLEGE_YEARS = 4
LONGEST_WAIT, LONGEST_RETIREMENT = 50, 50
CENT = Decimal("0.01")
# Return and volatility a year, as the broker's own planning uses them.
PROFILES: Mapping[str, tuple[Decimal, Decimal]] = {
    "aggressive": (Decimal("0.09"), Decimal("0.14")),
    "moderate": (Decimal("0.07"), Decimal("0.10")),
    "conservative": (Decimal("0.05"), Decimal("0.07")),
}
OWN_PROFILE = "own"
MOST_RETURN, MOST_VOLATILITY = Decimal("0.5"), Decimal(1)
MOST_AMOUNT = Decimal(10) ** 12


class Kind(StrEnum):
    """What is saved for."""

    VACATION = "vacation"
    MEDICAL = "medical"
    HOUSE = "house"
    OTHER = "other"
    COLLEGE = "college"
    RETIREMENT = "retirement"


class Band(StrEnum):
    """How a probability is read."""

    ON_TARGET = "on_target"
    MANAGEABLE = "manageable"
    AT_RISK = "at_risk"
    OFF_TARGET = "off_target"
    NOT_ACHIEVABLE = "not_achievable"


@dataclass(frozen=True)
class Aim:
    """A goal as somebody has typed it; amounts are those of today, in the account's currency.

    `amount` is paid once, each of four years (college) or each month (retirement, for `years`).
    """

    name: str
    kind: str
    amount: Decimal
    starts_on: date
    mean: Decimal
    volatility: Decimal
    contribution: Decimal = Decimal(0)
    social_security: Decimal = Decimal(0)
    years: int = 0


def band(probability: Decimal) -> Band:
    """The band of a probability; an edge belongs to the band below it."""
    percent = probability * 100
    if percent > 75:
        return Band.ON_TARGET
    if percent >= 50:
        return Band.MANAGEABLE
    if percent >= 25:
        return Band.AT_RISK
    return Band.OFF_TARGET if percent >= 1 else Band.NOT_ACHIEVABLE


def months_until(day: date, today: date) -> int:
    """Whole months from today; a goal of this month waits for its end."""
    return max((day.year - today.year) * MONTHS + day.month - today.month, 1)


def inflated(amount: Decimal, months: int) -> Decimal:
    """An amount of today in the prices of that month."""
    years = CONTEXT.divide(Decimal(months), Decimal(MONTHS))
    return CONTEXT.multiply(amount, CONTEXT.power(1 + INFLATION, years)).quantize(CENT)


def stepped(amount: Decimal, months: int) -> Decimal:
    """A monthly amount of today in that month: it rises once a year."""
    return CONTEXT.multiply(amount, CONTEXT.power(1 + INFLATION, months // MONTHS))


def payments(aim: Aim, today: date) -> dict[int, Decimal]:
    """What is paid, and in which month from now."""
    first = months_until(aim.starts_on, today)
    if aim.kind == Kind.COLLEGE:
        return {month: inflated(aim.amount, month) for month in range(first, first + COLLEGE_YEARS * MONTHS, MONTHS)}
    if aim.kind == Kind.RETIREMENT:
        monthly = aim.amount - aim.social_security
        return {month: stepped(monthly, month) for month in range(first, first + aim.years * MONTHS)}
    return {first: inflated(aim.amount, first)}


def plan_of(aim: Aim, start: Decimal, today: date) -> Plan:
    """The plan of a goal: contributions until it begins, then its payments."""
    due = payments(aim, today)
    first, months = min(due), max(due)
    return Plan(
        start=float(start),
        inflows=tuple(
            float(stepped(aim.contribution, month - 1)) if month <= first else 0.0 for month in range(1, months + 1)
        ),
        outflows=tuple(float(due.get(month, 0)) for month in range(1, months + 1)),
        mean=float(aim.mean),
        volatility=float(aim.volatility),
    )


def check(aim: Aim, start: Decimal | None, today: date) -> dict[str, str]:
    """What is wrong with a goal, by field, as messages."""
    problems: dict[str, str] = {}
    if not aim.name.strip():
        problems["name"] = gettext_noop("Give it a name.")
    if aim.kind not in {one.value for one in Kind}:
        problems["kind"] = gettext_noop("Say what it is for.")
    if not 0 < aim.amount < MOST_AMOUNT:
        problems["amount"] = gettext_noop("Say how much it takes.")
    for name, amount in (("contribution", aim.contribution), ("social_security", aim.social_security)):
        if not 0 <= amount < MOST_AMOUNT:
            problems[name] = gettext_noop("A value is not negative.")
    if start is not None and not 0 <= start < MOST_AMOUNT:
        problems["start"] = gettext_noop("A value is not negative.")
    if not today <= aim.starts_on or aim.starts_on.year - today.year > LONGEST_WAIT:
        problems["starts_on"] = gettext_noop("Choose a day from today on, in the next fifty years.")
    if aim.kind == Kind.RETIREMENT and not 1 <= aim.years <= LONGEST_RETIREMENT:
        problems["years"] = gettext_noop("Say for how many years, fifty at most.")
    if not -MOST_RETURN <= aim.mean <= MOST_RETURN:
        problems["mean"] = gettext_noop("A return lies between minus and plus 50 percent a year.")
    if not 0 <= aim.volatility <= MOST_VOLATILITY:
        problems["volatility"] = gettext_noop("Risk lies between 0 and 100 percent a year.")
    return problems
