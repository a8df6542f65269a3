"""A period's fee from the account's values, the agreed terms and the calendar; it chooses each day's version itself.

The night's check and the recompute button both stand on `recompute`: it never reads what an accrual stored.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from functools import reduce

from fees.engine.accrual import accrue, annual, effective_rate
from fees.engine.arithmetic import CONTEXT, ZERO, as_amount, share
from fees.engine.registry import METHODS
from fees.engine.types import Accrual, Charge, NavPoint, Segment, Terms
from portal.lib.business_days import Calendar
from portal.lib.money import round_money
from portal.lib.periods import Period, last_business_day


class MissingNav(LookupError):
    """Business days on which a fee was agreed but no value is known: the account is held, not billed at zero."""

    def __init__(self, days: Sequence[date]) -> None:
        super().__init__("no net liquidation value for " + ", ".join(day.isoformat() for day in days))
        self.days = tuple(days)


class OverlappingTerms(ValueError):
    """Two agreements for the same method on one day.  Terms of different payees are recomputed apart."""

    def __init__(self, day: date, components: Sequence[int]) -> None:
        super().__init__(f"components {', '.join(map(str, components))} all apply on {day.isoformat()}")
        self.day = day
        self.components = tuple(components)


def recompute(
    *,
    method: int,
    nav: Iterable[NavPoint],
    terms: Iterable[Terms],
    calendar: Calendar,
    period: Period,
    currency: str,
) -> Charge | None:
    """The charge of one method and payee for one period; None when the method was agreed on none of its business days.

    `terms` may hold every version ever agreed: those of other methods and other days are passed over. Raises
    MissingNav where a day that is charged has no value, and OverlappingTerms where two versions claim the same day.
    """
    enabled = enabled_days(method=method, terms=terms, calendar=calendar, period=period)
    if not enabled:
        return None
    values = {point.day: point for point in nav}
    if METHODS[method].accrues:
        return _accrued(method, enabled, values, period, currency)
    return _at_period_end(method, enabled, values, calendar, period, currency)


def enabled_days(
    *, method: int, terms: Iterable[Terms], calendar: Calendar, period: Period
) -> list[tuple[date, Terms]]:
    """The business days of the period on which the method was agreed, each with the version in force."""
    versions = [one for one in terms if one.method == method and _overlaps(one, period)]
    enabled = []
    for day in calendar.between(*period) if versions else ():
        in_force = [one for one in versions if one.covers(day)]
        if len(in_force) > 1:
            raise OverlappingTerms(day, [one.component for one in in_force])
        enabled += [(day, one) for one in in_force]
    return enabled


def accrued_charge(*, method: int, accruals: Iterable[Accrual], period: Period, currency: str) -> Charge:
    """The sum of a period's accruals; money is rounded here and nowhere before."""
    lines = tuple(sorted(accruals, key=lambda one: (one.day, one.component)))
    exact = as_amount(_sum(one.amount for one in lines))
    amount = round_money(exact, currency)
    return Charge(method=method, period=period, currency=currency, exact=exact, amount=amount, accruals=lines)


def period_end_charge(
    *, method: int, closing: NavPoint, segments: Iterable[Segment], period: Period, currency: str
) -> Charge:
    """The closing value's fee over every segment's days.

    The exact figure is kept to 8 decimals like an accrual, and money is rounded from the kept figure, so that what is
    stored always explains what was posted.
    """
    stretches = tuple(sorted(segments, key=lambda one: one.component))
    exact = share(_sum(CONTEXT.multiply(one.annual, Decimal(one.days)) for one in stretches))
    return Charge(
        method=method,
        period=period,
        currency=currency,
        exact=exact,
        amount=round_money(exact, currency),
        closing=closing,
        segments=stretches,
    )


def _accrued(
    method: int, enabled: list[tuple[date, Terms]], values: dict[date, NavPoint], period: Period, currency: str
) -> Charge:
    missing = [day for day, _ in enabled if day not in values]
    if missing:
        raise MissingNav(missing)
    accruals = [accrue(terms, values[day]) for day, terms in enabled]
    return accrued_charge(method=method, accruals=accruals, period=period, currency=currency)


def _at_period_end(
    method: int,
    enabled: list[tuple[date, Terms]],
    values: dict[date, NavPoint],
    calendar: Calendar,
    period: Period,
    currency: str,
) -> Charge:
    # There is a last business day: the enabled days are business days of this period.
    last = last_business_day(calendar, period) or enabled[-1][0]
    if last not in values:
        raise MissingNav([last])
    closing = values[last]
    segments = _segments([terms for _, terms in enabled], closing.nlv)
    return period_end_charge(method=method, closing=closing, segments=segments, period=period, currency=currency)


def _segments(in_force: list[Terms], nlv: Decimal) -> list[Segment]:
    days: dict[Terms, int] = {}
    for terms in in_force:
        days[terms] = days.get(terms, 0) + 1
    return [
        Segment(terms.component, effective_rate(terms, nlv), count, annual(terms, nlv)) for terms, count in days.items()
    ]


def _overlaps(terms: Terms, period: Period) -> bool:
    return terms.starts < period.ends and (terms.ends is None or terms.ends > period.starts)


def _sum(numbers: Iterable[Decimal]) -> Decimal:
    return reduce(CONTEXT.add, numbers, ZERO)
