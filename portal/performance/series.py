"""The value of a practice or an account day by day; nothing younger than the last sealed day is shown."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from accounts.broker.feed.models import NavDaily
from accounts.ground.access.context import Who, cursor
from accounts.ground.access.scope import account_for, scope
from accounts.ground.tree.models import CURRENCIES, SHELLS, Account, Kind
from fees.accrual.models import AdviserDaily
from portal.performance.rules import RANGES, DayValue, Point, months_before, returns, since

LONGEST = max(RANGES.values())
MASTERS = (Kind.TOP_MASTER, Kind.SECOND_MASTER)


@dataclass(frozen=True)
class Series:
    """Values of one whole year, oldest first, with what they are the values of."""

    values: Sequence[DayValue]
    currency: str
    subject: Account | None = None
    accounts: int | None = None
    accrued: Decimal | None = None
    incomplete: int = 0

    def points(self, span: str) -> list[Point]:
        """The points of a range that ends on the last day."""
        if not self.values:
            return []
        return returns(since(self.values, months_before(self.values[-1].day, RANGES[span])))


def series_of(who: Who, *, number: str, sealed: date | None) -> Series:
    """The series of one account or practice by number; of everything the person manages when no number is given."""
    number = number.replace("\0", "")
    return series_for(who, account_for(who, number) if number else _usual_subject(who), sealed)


def series_for(who: Who, subject: Account | None, sealed: date | None) -> Series:
    """The same of an account that the person is already known to see."""
    if sealed is None:
        return Series((), subject.base_currency if subject else "", subject)
    if subject is None:
        return _practice(who, who.practice_id, None, sealed)
    if subject.kind in MASTERS:
        return _practice(who, subject.practice_id, subject, sealed)
    return _account(who, subject, sealed)


def in_currency(series: Series, code: str) -> Series:
    """The same values in another currency, each day at its own rate; a day without a rate is left out."""
    if not series.values or code == series.currency or code not in CURRENCIES:
        return series
    with cursor() as cur:
        cur.execute(
            "SELECT d, broker_rate(d, %s, %s) FROM unnest(%s::date[]) d",
            [series.currency, code, [one.day for one in series.values]],
        )
        rates = dict(cur.fetchall())
    values = [_converted(one, rates[one.day]) for one in series.values]
    if not any(one.is_complete for one in values):
        return series
    return replace(series, values=values, currency=code, incomplete=sum(not one.is_complete for one in values))


def _converted(value: DayValue, rate: Decimal | None) -> DayValue:
    if rate is None:
        return replace(value, is_complete=False)
    return replace(value, nlv=value.nlv * rate, flow=value.flow * rate)


def _usual_subject(who: Who) -> Account | None:
    """An advisor sees the whole practice; those with fewer accounts begin with their own, or their first, account."""
    if who.practice_id and not who.is_narrowed:
        return None
    rows = scope(who, Account).exclude(kind__in=SHELLS)
    if who.account_id:
        rows = rows.filter(pk=who.account_id)
    return rows.order_by("sort_key", "pk").first()


def _practice(who: Who, practice_id: int | None, subject: Account | None, sealed: date) -> Series:
    rows = list(
        scope(who, AdviserDaily)
        .filter(practice_id=practice_id, day__gte=_first_day(sealed), day__lte=sealed)
        .order_by("day")
        .values_list("day", "nlv", "flow", "complete", "accounts", _accrued_of(who), "currency")
    )
    if not rows:
        return Series((), subject.base_currency if subject else "", subject)
    # All figures are of one day: the last that is complete, whatever came after it.
    shown = max((row[0] for row in rows if row[3]), default=sealed)
    month = shown.replace(day=1)
    return Series(
        values=[DayValue(day, nlv, flow, complete) for day, nlv, flow, complete, *_rest in rows],
        currency=rows[-1][6],
        subject=subject,
        accounts=next((row[4] for row in rows if row[0] == shown), None),
        accrued=_added([row[5] for row in rows if month <= row[0] <= shown]),
        incomplete=sum(not row[3] for row in rows),
    )


def _accrued_of(who: Who) -> str:
    """Below the top level only what the practice itself is paid: what the level above earns is not told."""
    return "accrued" if who.reach == "firm" else "own_accrued"


def _added(amounts: list[Decimal | None]) -> Decimal | None:
    """The sum of a month; None while the night had not kept it for one of the days."""
    known = [one for one in amounts if one is not None]
    return sum(known, Decimal(0)) if len(known) == len(amounts) else None


def _account(who: Who, subject: Account, sealed: date) -> Series:
    rows = (
        scope(who, NavDaily)
        .filter(account_id=subject.pk, nav_date__gte=_first_day(sealed), nav_date__lte=sealed)
        .order_by("nav_date")
        .values_list("nav_date", "nlv", "flow")
    )
    return Series([DayValue(day, nlv, flow) for day, nlv, flow in rows], subject.base_currency, subject)


def _first_day(sealed: date) -> date:
    # A few days more, so that the first return of the longest range has its base even after a long weekend.
    return months_before(sealed, LONGEST).replace(day=1)
