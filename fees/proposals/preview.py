"""What terms would have cost in the client's last closed period, worked out by the engine from its real values."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

from accounts.ground.access.context import cursor
from accounts.ground.tree.models import Account
from fees.engine.accrual import annual
from fees.engine.high_water import ordinal
from fees.engine.quotes import Prices
from fees.engine.registry import EVERY, FUND_CODES, METHODS, PROFIT_CODES, TRADE_CODES
from fees.engine.results import DayValue, stretches_of
from fees.funds.queries import valuations
from fees.groups.queries import base_on
from fees.proposals.worked import Unknown, Values, Worked, periods_of, work_out
from fees.results.queries import left_by_earlier, prices_for, terms_by_component
from fees.results.second_look import LONGEST_GAP
from fees.schedules.rules import Figures
from fees.trades.queries import between
from portal.lib.business_days import Calendar
from portal.lib.money import round_money
from portal.lib.periods import Frequency, Period, last_business_day, period_of, previous_period
from portal.lib.words import Sentence

STEPS = (-20, -10, 0, 10, 20)
ZERO = Decimal(0)
ONE_DAY = timedelta(days=1)
LENGTHS = (Frequency.DAILY, Frequency.MONTHLY, Frequency.QUARTERLY, Frequency.ANNUAL)


@dataclass(frozen=True)
class Cost:
    """What one set of terms costs: in the span, and in a year if the value stays; not `is_whole` where a fee was left
    out of it."""

    values: Values
    components: tuple[Figures, ...]
    is_whole: bool = True

    @cached_property
    def worked(self) -> tuple[Worked, ...] | Unknown:
        """Fee by fee, or what is not known."""
        return _worked(self.components, self.values)

    @property
    def amount(self) -> Decimal | None:
        return None if isinstance(self.worked, Unknown) else _total(self.worked)

    @property
    def unknown(self) -> Sentence | None:
        """Why it cannot be worked out."""
        return self.worked.sentence if isinstance(self.worked, Unknown) else None

    @cached_property
    def year(self) -> Decimal | None:
        """About what twelve months come to at the latest value; None where a fee hangs on more than the value."""
        if self.values.last is None or not self.is_whole or any(one.method not in METHODS for one in self.components):
            return None
        terms = (one.terms(starts=self.values.span.starts) for one in self.components)
        total = sum((annual(one, self.values.last.nlv) for one in terms), start=ZERO)
        return round_money(total, self.values.currency)

    @cached_property
    def sensitivity(self) -> list[tuple[int, Decimal]]:
        """The fee of the same span had every value been some per cent lower or higher."""
        found = []
        for step in STEPS:
            worked = _worked(self.components, self.values.scaled(step)) if step else self.worked
            if isinstance(worked, Unknown):
                return []
            found.append((step, _total(worked)))
        return found

    @property
    def arithmetic(self) -> list[Sentence]:
        """One line a fee."""
        return [] if isinstance(self.worked, Unknown) else [one.line for one in self.worked]

    @property
    def receipt(self) -> list[Sentence]:
        """The engine's own words, fee by fee."""
        return [] if isinstance(self.worked, Unknown) else [line for one in self.worked for line in one.story]


@dataclass(frozen=True)
class Effect:
    """Before and after, on the same values; `left_out` are methods that these values cannot tell. `read` is every value
    that was asked for."""

    before: Cost
    after: Cost
    is_running: bool = False
    left_out: tuple[int, ...] = ()
    read: tuple[DayValue, ...] = ()

    @property
    def values(self) -> Values:
        return self.after.values

    @property
    def is_known(self) -> bool:
        return self.before.amount is not None and self.after.amount is not None

    @property
    def difference(self) -> Decimal | None:
        if self.before.amount is None or self.after.amount is None:
            return None
        return self.after.amount - self.before.amount

    @property
    def is_same(self) -> bool:
        """Whether the change is known to come to nothing."""
        return self.difference == 0 and not self.left_out

    @property
    def saving(self) -> Decimal | None:
        """How much less, where it is less."""
        return None if self.difference is None else -self.difference

    @property
    def year_difference(self) -> Decimal | None:
        if self.before.year is None or self.after.year is None:
            return None
        return self.after.year - self.before.year


def effect(
    account: Account,
    *,
    payee: int,
    before: Sequence[Figures],
    after: Sequence[Figures],
    sealed: date | None,
    days: Calendar,
    read_from: date | None = None,
) -> Effect | None:
    """What the change comes to for whoever asks, the payee or the client; None before any day has been closed. Losses
    are those that the payee's fees left. Values are read from `read_from` on, where somebody needs older ones."""
    if sealed is None:
        return None
    components = [*before, *after]
    began = account.funded_on or account.opened_on or date.min
    frequency = _longest(components)
    span = _last_closed(frequency, sealed, days)
    is_running = frequency == Frequency.ANNUAL and began >= span.ends
    if is_running:
        span = Period(span.ends, sealed + ONE_DAY)
    first = span.starts - LONGEST_GAP
    read = _by_day(account, min(first, read_from or first), sealed)
    by_day = tuple(one for one in read if one.day >= first)
    values = Values(span=span, by_day=by_day, begins=began, currency=account.base_currency, days=days)
    values = _with_what_they_need(account, values, components, payee)
    # What nobody has told of an investment keeps only its own fee out of the sum; the page says which.
    left_out = tuple(dict.fromkeys(one.method for one in components if not _is_told(one, values)))
    return Effect(_cost(values, before, left_out), _cost(values, after, left_out), is_running, left_out, read)


def _cost(values: Values, components: Sequence[Figures], left_out: Sequence[int]) -> Cost:
    told = tuple(one for one in components if one.method not in left_out)
    return Cost(values, told, is_whole=len(told) == len(components))


def _is_told(figures: Figures, values: Values) -> bool:
    if figures.method not in FUND_CODES:
        return True
    try:
        work_out(figures, values)
    except Unknown:
        return False
    return True


def _worked(components: Iterable[Figures], values: Values) -> tuple[Worked, ...] | Unknown:
    try:
        return tuple(work_out(one, values) for one in components)
    except Unknown as unknown:
        return unknown


def _total(worked: Iterable[Worked]) -> Decimal:
    return sum((one.amount for one in worked), start=ZERO)


def _longest(components: Iterable[Figures]) -> Frequency:
    """A month at least, or the longest period in which something is charged."""
    frequencies = [EVERY[one.method].frequency for one in components if one.method in EVERY]
    return max([Frequency.MONTHLY, *frequencies], key=LENGTHS.index)


def _last_closed(frequency: Frequency, sealed: date, days: Calendar) -> Period:
    period = period_of(frequency, sealed)
    return period if last_business_day(days, period) == sealed else previous_period(frequency, period)


def _by_day(account: Account, first: date, last: date) -> tuple[DayValue, ...]:
    """Each day's value and what came in on it; days are named, so that the index finds them."""
    known = base_on([account.pk], [first + ONE_DAY * one for one in range((last - first).days + 1)])
    return tuple(DayValue(*row) for row in known.get(account.pk, ()))


def _with_what_they_need(account: Account, values: Values, components: Sequence[Figures], practice: int) -> Values:
    """Trades, carried losses and prices, each only where a fee asks for it."""
    more: dict[str, Any] = {}
    methods = {one.method for one in components}
    if methods & set(TRADE_CODES):
        more["trades"] = tuple(between(account, values.span))
    if methods & set(FUND_CODES):
        with cursor() as cur:
            more["valuations"] = tuple(valuations(cur, [account.pk], until=values.span.ends).get(account.pk, ()))
    if profits := sorted(methods & set(PROFIT_CODES)):
        more["carried"] = _carried(account, values, profits, practice)
        more["prices"] = _prices(values, [one for one in components if one.method in PROFIT_CODES])
    return replace(values, **more)


def _carried(account: Account, values: Values, methods: Sequence[int], practice: int) -> dict[int, Any]:
    """By method: the version that closed the period before, and the losses that it left."""
    first = {code: ordinal(EVERY[code].frequency, values.span.starts) for code in methods}
    left = left_by_earlier([account.pk], methods, first)
    former = terms_by_component(one.component for one in left.values())
    return {
        code: (former.get(one.component), one.carried)
        for code in methods
        if (one := left.get((account.pk, practice, code)))
    }


def _prices(values: Values, components: Iterable[Figures]) -> Prices:
    stretches = []
    for one in components:
        terms = one.terms(starts=max(values.span.starts, values.begins))
        for period in periods_of(one.method, values):
            ends = min(period.ends, values.span.ends)
            parts = stretches_of(
                [terms], period=Period(period.starts, ends), opened_on=values.begins, closed_on=None, days=values.days
            )
            if parts:
                stretches.append((parts, values.currency))
    return prices_for(stretches)
