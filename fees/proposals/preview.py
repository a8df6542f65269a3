"""What terms would have cost in the client's last closed period, worked out by the engine from its real values."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property

from accounts.broker.feed.models import NavDaily
from accounts.ground.access.context import Who
from accounts.ground.access.scope import scope
from accounts.ground.tree.models import Account
from fees.engine.accrual import annual
from fees.engine.arithmetic import CONTEXT
from fees.engine.charge import MissingNav, recompute
from fees.engine.explain import explain
from fees.engine.registry import METHODS
from fees.engine.types import Charge, NavPoint, Terms
from fees.schedules.rules import Figures
from portal.lib.business_days import Calendar
from portal.lib.money import round_money
from portal.lib.periods import Frequency, Period, last_business_day, period_of, previous_period
from portal.lib.words import Sentence, gettext_noop

STEPS = (-20, -10, 0, 10, 20)
ZERO = Decimal(0)
HUNDRED = Decimal(100)


@dataclass(frozen=True)
class Values:
    """A client's values over the last closed period; `last` is the latest known one, also where days are missing."""

    span: Period
    points: tuple[NavPoint, ...]
    last: NavPoint | None
    currency: str
    days: Calendar

    @property
    def business_days(self) -> int:
        return self.days.count(*self.span)


@dataclass(frozen=True)
class Cost:
    """What one set of terms costs: in the closed period, and in a year if the value stays."""

    values: Values
    components: tuple[Figures, ...]

    @cached_property
    def charges(self) -> tuple[Charge, ...] | None:
        """None where a value is missing."""
        return _charges(self.components, self.values, self.values.points)

    @cached_property
    def amount(self) -> Decimal | None:
        return None if self.charges is None else _total(self.charges)

    @cached_property
    def year(self) -> Decimal | None:
        """About what twelve months come to at the latest value."""
        if self.values.last is None:
            return None
        terms = (one.terms(starts=self.values.span.starts) for one in self.components)
        total = sum((annual(one, self.values.last.nlv) for one in terms), start=ZERO)
        return round_money(total, self.values.currency)

    @cached_property
    def sensitivity(self) -> list[tuple[int, Decimal]]:
        """The fee of the same period had every value been some per cent lower or higher."""
        found = []
        for step in STEPS:
            scale = (HUNDRED + step) / HUNDRED
            points = tuple(NavPoint(one.day, CONTEXT.multiply(one.nlv, scale)) for one in self.values.points)
            charges = _charges(self.components, self.values, points)
            if charges is None:
                return []
            found.append((step, _total(charges)))
        return found

    @property
    def arithmetic(self) -> list[Sentence]:
        """One line a fee; days of a daily fee are told together."""
        return [_line(code, group) for code, group in self._by_method()]

    @property
    def receipt(self) -> list[Sentence]:
        """The engine's own words, fee by fee."""
        told: list[Sentence] = []
        for code, group in self._by_method():
            terms = [one.terms(starts=self.values.span.starts) for one in self.components if one.method == code]
            told += explain(group[-1], terms)
        return told

    def _by_method(self) -> list[tuple[int, list[Charge]]]:
        found: dict[int, list[Charge]] = {}
        for one in self.charges or ():
            found.setdefault(one.method, []).append(one)
        return list(found.items())


@dataclass(frozen=True)
class Effect:
    """Before and after, on the same values."""

    before: Cost
    after: Cost

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
    def saving(self) -> Decimal | None:
        """How much less, where it is less."""
        return None if self.difference is None else -self.difference

    @property
    def year_difference(self) -> Decimal | None:
        if self.before.year is None or self.after.year is None:
            return None
        return self.after.year - self.before.year


def effect(
    who: Who,
    account: Account,
    *,
    before: Sequence[Figures],
    after: Sequence[Figures],
    sealed: date | None,
    days: Calendar,
) -> Effect | None:
    """What the change comes to; None before any day has been closed."""
    if sealed is None:
        return None
    frequency = _span_of([*before, *after])
    values = _values(who, account, _last_closed(frequency, sealed, days), sealed, days)
    # What a result or a trade costs is known only when it is there; the page says so.
    return Effect(Cost(values, _of_value(before)), Cost(values, _of_value(after)))


def _of_value(components: Iterable[Figures]) -> tuple[Figures, ...]:
    return tuple(one for one in components if one.method in METHODS)


def _span_of(components: Iterable[Figures]) -> Frequency:
    """A month, or a quarter where something is charged by the quarter."""
    quarterly = any(METHODS[one.method].frequency == Frequency.QUARTERLY for one in components if one.method in METHODS)
    return Frequency.QUARTERLY if quarterly else Frequency.MONTHLY


def _last_closed(frequency: Frequency, sealed: date, days: Calendar) -> Period:
    period = period_of(frequency, sealed)
    return period if last_business_day(days, period) == sealed else previous_period(frequency, period)


def _values(who: Who, account: Account, span: Period, sealed: date, days: Calendar) -> Values:
    rows = scope(who, NavDaily).filter(account_id=account.pk, nav_date__gte=span.starts, nav_date__lte=sealed)
    points = [NavPoint(*row) for row in rows.order_by("nav_date").values_list("nav_date", "nlv")]
    inside = tuple(one for one in points if span.covers(one.day))
    return Values(span, inside, points[-1] if points else None, account.base_currency, days)


def _charges(components: Sequence[Figures], values: Values, points: Sequence[NavPoint]) -> tuple[Charge, ...] | None:
    found = []
    for one in components:
        terms = one.terms(starts=values.span.starts)
        for period in _periods(terms, values):
            try:
                charge = recompute(
                    method=one.method,
                    nav=points,
                    terms=[terms],
                    calendar=values.days,
                    period=period,
                    currency=values.currency,
                )
            except MissingNav:
                return None
            if charge is not None:
                found.append(charge)
    return tuple(found)


def _periods(terms: Terms, values: Values) -> list[Period]:
    """The method's own periods within the span: business days, months or the quarter itself."""
    frequency = METHODS[terms.method].frequency
    days = values.days.between(*values.span)
    return list(dict.fromkeys(period_of(frequency, day) for day in days))


def _total(charges: Iterable[Charge]) -> Decimal:
    return sum((one.amount for one in charges), start=ZERO)


def _line(code: int, charges: Sequence[Charge]) -> Sentence:
    """The sum that a person can check with a pocket calculator, where one line can hold it."""
    amount = _total(charges)
    lines = [line for one in charges for line in one.accruals]
    segments = [segment for one in charges for segment in one.segments]
    if len(charges) == 1 and len(segments) == 1 and charges[0].closing:
        one = segments[0]
        if CONTEXT.multiply(charges[0].closing.nlv, one.rate) == one.annual:
            msgid = gettext_noop("%(nlv)s × %(percent)s %% ÷ (252 ÷ %(days)s) = %(amount)s")
            params: dict[str, object] = {"nlv": charges[0].closing.nlv, "percent": one.rate * 100, "days": one.days}
            return Sentence(msgid, params | {"amount": amount})
        msgid = gettext_noop("%(annual)s a year at the closing value ÷ (252 ÷ %(days)s) = %(amount)s")
        return Sentence(msgid, {"annual": one.annual, "days": one.days, "amount": amount})
    rates = {one.rate for one in lines}
    if METHODS[code].family == "flat" and lines:
        msgid = gettext_noop("%(flat)s a year ÷ 252 × %(days)s business days = %(amount)s")
        return Sentence(msgid, {"flat": lines[0].base, "days": len(lines), "amount": amount})
    if len(rates) == 1 and len(charges) == 1:
        msgid = gettext_noop(
            "%(sum)s, the closing values of %(days)s days together, × %(percent)s %% ÷ 252 = %(amount)s"
        )
        total = sum((one.base for one in lines), start=ZERO)
        return Sentence(msgid, {"sum": total, "days": len(lines), "percent": lines[0].rate * 100, "amount": amount})
    msgid = gettext_noop("%(count)s charges of the period come to %(amount)s")
    if len(charges) == 1:
        msgid = gettext_noop("%(days)s business days come to %(amount)s")
    return Sentence(msgid, {"count": len(charges), "days": len(lines), "amount": amount})
