"""What comes next, from what a year costs today: when each method posts, and what each posting would come to."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from fees.engine.arithmetic import CONTEXT
from fees.engine.registry import EVERY
from fees.engine.timing import due_on
from portal.lib.business_days import Calendar
from portal.lib.money import round_money
from portal.lib.periods import Frequency, Period, period_of

DAYS_A_YEAR = Decimal(252)
MONTHS = 12


@dataclass(frozen=True)
class Running:
    """What all accounts under one method would pay in a year at their latest values, in one currency."""

    method: int
    currency: str
    accounts: int
    annual: Decimal


@dataclass(frozen=True)
class Posting:
    """What is expected to post on one day, of the period that closes with `last_day`."""

    day: date
    method: int
    currency: str
    accounts: int
    amount: Decimal
    last_day: date


def postings(running: Iterable[Running], days: Calendar, *, after: date, until: date) -> list[Posting]:
    """Every posting of periods that close after a day, if values stay as they are; what has closed waits already."""
    found = [posting for one in running for posting in _of(one, days, after, until)]
    return sorted(found, key=lambda one: (one.day, one.method, one.currency))


def by_month(found: Iterable[Posting]) -> list[tuple[date, int, str, int, Decimal]]:
    """First of the month, method, currency, accounts, amount: what a calendar shows."""
    sums: dict[tuple[date, int, str], tuple[int, Decimal]] = {}
    for one in found:
        key = (one.day.replace(day=1), one.method, one.currency)
        accounts, amount = sums.get(key, (0, Decimal(0)))
        sums[key] = (max(accounts, one.accounts), amount + one.amount)
    return [(*key, *value) for key, value in sorted(sums.items())]


def _of(one: Running, days: Calendar, after: date, until: date) -> Iterator[Posting]:
    frequency = EVERY[one.method].frequency
    period = period_of(frequency, after)
    while True:
        closes = days.previous(period.ends) if days.count(*period) else None
        if closes is not None:
            day = due_on(days, closes)
            if day > until:
                return
            if closes > after:
                yield Posting(day, one.method, one.currency, one.accounts, _amount(one, days, period), closes)
        period = period_of(frequency, period.ends)


def _amount(one: Running, days: Calendar, period: Period) -> Decimal:
    """A year's fee at today's values, over the period's business days."""
    share = CONTEXT.divide(CONTEXT.multiply(one.annual, Decimal(days.count(*period))), DAYS_A_YEAR)
    return round_money(share, one.currency)


def a_year_on(day: date) -> date:
    """The first of the month that begins after twelve months from a day's."""
    for _ in range(MONTHS):
        day = period_of(Frequency.MONTHLY, day).ends
    return day
