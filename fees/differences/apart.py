"""Fees that the engine works out account by account: what their texts say, beside what was agreed for their periods.

Nothing of an account's values is read: whether a fee was made of the right ones is the proof's question.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import islice
from typing import NamedTuple
from uuid import UUID

from accounts.ground.days.queries import calendar
from fees.differences.rules import Stretch as Days
from fees.differences.rules import covered, reason_of
from fees.engine import investments, results
from fees.engine.arithmetic import as_rate
from fees.engine.executions import Execution, day_total, fee_of, keys_of
from fees.engine.hurdle import Threshold
from fees.engine.profit import shield_of
from fees.engine.quotes import Hurdle
from fees.engine.registry import EVERY, FUND_CODES, PROFIT_CODES
from fees.engine.results import Stretch, stretches_of
from fees.engine.types import Terms
from fees.posting.models import Charge
from fees.results.second_look import agreed_versions
from fees.trades.queries import named
from portal.lib.business_days import Calendar
from portal.lib.periods import Period, period_of

AT_ONCE = 1000
ONE_DAY = timedelta(days=1)
UNREADABLE = (ValueError, LookupError, ArithmeticError)


class Suspect(NamedTuple):
    """A charge that is not as agreed: why, in what, and what it should have come to where that is plain here."""

    reason: str
    detail: dict[str, object]
    right: Decimal | None = None


def suspects(cur, charges: Sequence[UUID]) -> Iterator[tuple[UUID, Suspect]]:
    """Of these charges, those that are not what was agreed; so many at once that memory does not grow with them."""
    days = calendar()
    waiting = iter(charges)
    while some := list(islice(waiting, AT_ONCE)):
        rows = list(Charge.unscoped.filter(pk__in=some).select_related("account").order_by("pk"))
        versions = agreed_versions(cur, sorted({one.method for one in rows}), sorted({one.account_id for one in rows}))
        traded = [one for one in rows if one.method not in (*PROFIT_CODES, *FUND_CODES)]
        yield from _traded(cur, traded, versions)
        for charge in rows:
            if charge.method in PROFIT_CODES or charge.method in FUND_CODES:
                look = _profit if charge.method in PROFIT_CODES else _funds
                found = _of_period(charge, versions, days, look)
                if found:
                    yield charge.pk, found


Versions = Mapping[tuple[int, int, int], Sequence[Terms]]
Look = Callable[[Charge, Period, Sequence[Stretch], Calendar], Suspect | None]


def _of_period(charge: Charge, versions: Versions, days: Calendar, look: Look) -> Suspect | None:
    period = period_of(EVERY[charge.method].frequency, charge.starts)
    stretches = stretches_of(
        versions.get((charge.account_id, charge.practice_id, charge.method), ()),
        period=period,
        opened_on=charge.account.opened_on or charge.starts,
        closed_on=charge.account.closed_on,
        days=days,
    )
    try:
        return look(charge, period, stretches, days)
    except UNREADABLE:
        return Suspect("wrong_rate", {"kind": "unreadable"})


def _profit(charge: Charge, period: Period, stretches: Sequence[Stretch], days: Calendar) -> Suspect | None:
    measured = results.parse(charge.inputs, method=charge.method, period=period, currency=charge.currency)
    told = [(one.component, one.begin_day, one.end_day) for one in measured.parts]
    if told != [(one.terms.component, one.before, one.last) for one in stretches]:
        billed = sum(days.count(begin + ONE_DAY, end + ONE_DAY) for _component, begin, end in told)
        return _of_other_days(period, stretches, billed, days)
    for part, stretch in zip(measured.parts, stretches, strict=True):
        if part.share != stretch.terms.rate:
            return _of_another_rate(stretch.terms.rate, part.share)
    shield = shield_of(stretches[-1].terms)
    if measured.mark != shield.mark or not _same_threshold(measured.hurdle, shield.threshold):
        return Suspect("wrong_rate", {"kind": "charge_conditions"})
    fee = measured.fee()
    return _of_another_sum(charge, fee.exact, fee.amount)


def _same_threshold(hurdle: Hurdle | None, threshold: Threshold | None) -> bool:
    if hurdle is None or threshold is None:
        return hurdle is None and threshold is None
    figure = None if threshold.figure is None else as_rate(threshold.figure)
    benchmark = hurdle.quote.symbol if hurdle.quote else ""
    return (hurdle.kind, hurdle.figure, benchmark) == (threshold.kind, figure, threshold.benchmark)


def _funds(charge: Charge, period: Period, stretches: Sequence[Stretch], days: Calendar) -> Suspect | None:
    told, agreed = investments.parse(charge.inputs), investments.agreed(stretches, days)
    if [(one.component, one.fund) for one in told] != [(one.component, one.fund) for one in agreed]:
        return Suspect("stale_schedule", {"kind": "version"})
    for one, wanted in zip(told, agreed, strict=True):
        for charged, signed in ((one.rate, wanted.rate), (one.profit_share, wanted.profit_share)):
            if charged != signed:
                return _of_another_rate(signed, charged)
    for one, wanted in zip(told, agreed, strict=True):
        if one.days != wanted.days:
            return _of_other_days(period, stretches, one.days, days)
    return _of_another_sum(charge, *investments.fee(told, charge.currency))


def _of_other_days(period: Period, stretches: Sequence[Stretch], billed: int, days: Calendar) -> Suspect:
    inside = covered(period, [Days(one.starts, one.ends) for one in stretches])
    agreed = sum(days.count(one.starts, one.ends) for one in inside)
    if billed == agreed:
        return Suspect("stale_schedule", {"kind": "version"})
    reason = reason_of(period, inside, billed=billed, agreed=agreed, days=days)
    return Suspect(reason, {"kind": "days", "billed": billed, "covered": agreed})


def _of_another_rate(signed: Decimal | None, charged: Decimal | None) -> Suspect:
    figures = {"signed": signed and format(signed, "f"), "agreed": charged and format(charged, "f")}
    return Suspect("wrong_rate", {"kind": "rate", **figures})


def _of_another_sum(charge: Charge, exact: Decimal, amount: Decimal) -> Suspect | None:
    if (charge.exact, charge.amount) == (exact, amount):
        return None
    return Suspect("wrong_rate", {"kind": "sum"}, amount)


def _traded(cur, charges: Sequence[Charge], versions: Versions) -> Iterator[tuple[UUID, Suspect]]:
    """Every execution by the version in force on its day, as statements had told it when it was charged."""
    read: list[tuple[Charge, list[tuple[str, int]]]] = []
    for charge in charges:
        try:
            read.append((charge, keys_of(charge.inputs)))
        except ValueError:
            yield charge.pk, Suspect("wrong_rate", {"kind": "unreadable"})
    wanted = [(charge.account_id, key, charge.created_at) for charge, keys in read for key, _component in keys]
    known = named(cur, wanted) if wanted else {}
    for charge, keys in read:
        agreed = versions.get((charge.account_id, charge.practice_id, charge.method), ())
        executions = [(known.get((charge.account_id, key, charge.created_at)), component) for key, component in keys]
        try:
            found = _of_executions(charge, agreed, executions)
        except LookupError:
            found = Suspect("wrong_rate", {"kind": "unreadable"})
        if found:
            yield charge.pk, found


def _of_executions(
    charge: Charge, agreed: Sequence[Terms], executions: Sequence[tuple[Execution | None, int]]
) -> Suspect | None:
    fees, is_stale = [], False
    for execution, component in executions:
        terms = next((one for one in agreed if execution and _is_in_force(one, execution.day)), None)
        is_stale |= terms is None or terms.component != component
        if terms and execution:
            fees.append(fee_of(terms, execution))
    exact, amount = day_total(fees, charge.currency)
    if is_stale:
        return Suspect("stale_schedule", {"kind": "version"}, amount)
    return _of_another_sum(charge, exact, amount)


def _is_in_force(terms: Terms, day: date) -> bool:
    return terms.starts <= day and (terms.ends is None or day < terms.ends)
