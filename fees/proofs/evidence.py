"""What a charge is proved with: the values as they were known then, the agreed versions, the calendar.

Nothing here was stored by the night that charged, except the instant at which it looked.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from accounts.ground.access.context import cursor
from accounts.ground.days.queries import calendar
from accounts.ground.tree.models import Kind
from fees.engine.registry import EVERY
from fees.engine.types import NavPoint, Terms
from fees.posting.models import Charge
from fees.posting.rules import Value, value_at_closing
from fees.schedules.models import Component
from fees.schedules.queries import terms_of
from portal.lib.business_days import Calendar
from portal.lib.periods import Period, last_business_day, period_of


class Correction(NamedTuple):
    """A value that the broker has replaced since the fee was worked out."""

    day: date
    then: Decimal
    now: Decimal


@dataclass(frozen=True)
class Evidence:
    """What the engine needs to work a charge out again."""

    components: tuple[Component, ...]
    agreed: tuple[Terms, ...]
    terms: tuple[Terms, ...]
    nav: tuple[NavPoint, ...]
    calendar: Calendar
    period: Period
    corrections: tuple[Correction, ...]


def evidence(charge: Charge) -> Evidence:
    """Everything about the charge's account, payee, method and period."""
    return evidence_of([charge])[charge.pk]


def evidence_of(charges: Sequence[Charge]) -> dict[UUID, Evidence]:
    """The same of many charges, in as many queries as for one."""
    days = calendar()
    components, values = _components(charges), _values(charges)
    found = {}
    for charge in charges:
        period = Period(charge.starts, charge.ends)
        agreed = tuple(one for one in components[_key(charge)] if _touches(one, period))
        rows = values[charge.pk]
        known = [Value(day, then, flow) for day, then, flow, _now in rows]
        found[charge.pk] = Evidence(
            components=agreed,
            agreed=tuple(terms_of(one) for one in agreed),
            terms=tuple(_while_open(terms_of(one), charge.account.opened_on) for one in agreed),
            nav=tuple(_points(charge, period, known, days)),
            calendar=days,
            period=period,
            corrections=tuple(
                Correction(day, then, now) for day, then, _flow, now in rows if then != now and period.covers(day)
            ),
        )
    return found


def _key(charge: Charge) -> tuple[int, int, int]:
    return charge.account_id, charge.practice_id, charge.method


def _components(charges: Sequence[Charge]) -> dict[tuple[int, int, int], list[Component]]:
    """What was ever agreed automatically, by account, payee and method, the oldest first."""
    rows = Component.unscoped.filter(
        schedule__account_id__in={one.account_id for one in charges},
        schedule__strategy="automatic",
        method__in={one.method for one in charges},
    )
    found: dict[tuple[int, int, int], list[Component]] = defaultdict(list)
    for one in rows.select_related("schedule").order_by("id"):
        found[one.schedule.account_id, one.schedule.practice_id, one.method].append(one)
    return found


def _touches(component: Component, period: Period) -> bool:
    schedule = component.schedule
    return schedule.starts < period.ends and (schedule.ends is None or schedule.ends > period.starts)


def _while_open(terms: Terms, opened_on: date | None) -> Terms:
    """An agreement bears on an account from the day it was opened."""
    if opened_on is None or terms.starts >= opened_on:
        return terms
    return replace(terms, starts=opened_on)


def _points(charge: Charge, period: Period, known: list[Value], days: Calendar) -> Iterable[NavPoint]:
    if EVERY[charge.method].at_period_end and _ended_with_its_account(charge):
        last, nlv = last_business_day(days, period), value_at_closing(known, charge.ends)
        return [NavPoint(last, nlv)] if last and nlv is not None else []
    return [NavPoint(value.day, value.nlv) for value in known]


def _ended_with_its_account(charge: Charge) -> bool:
    return charge.ends < period_of(EVERY[charge.method].frequency, charge.starts).ends


def _values(charges: Sequence[Charge]) -> dict[UUID, list[tuple[date, Decimal, Decimal, Decimal]]]:
    """Each account's values of its period: the day, value and flow as known when each was used, and today's value.

    A day's accrual looked when its night accrued; a closing value when the period was closed; an adjustment at
    everything when it was made.  Each day is named, so that the index by day and account finds it.
    """
    found: dict[UUID, list[tuple[date, Decimal, Decimal, Decimal]]] = defaultdict(list)
    groups = [one for one in charges if one.account.kind == Kind.STL_MASTER]
    single = [one for one in charges if one.account.kind != Kind.STL_MASTER]
    for some, query in ((single, _OF_ACCOUNTS), (groups, _OF_GROUPS)):
        for charge, *row in _asked(some, query) if some else ():
            found[charge].append(tuple(row))
    return found


def _asked(charges: Sequence[Charge], query: str) -> list[tuple]:
    with cursor() as cur:
        cur.execute(
            query,
            {
                "charges": [one.pk for one in charges],
                "accounts": [one.account_id for one in charges],
                "methods": [one.method for one in charges],
                "starts": [one.starts for one in charges],
                "ends": [one.ends for one in charges],
                "closed": [one.created_at for one in charges],
                "firsts": [one.revision == 0 for one in charges],
            },
        )
        return cur.fetchall()


_DAYS = """
    unnest(%(charges)s::uuid[], %(accounts)s::bigint[], %(methods)s::int[], %(starts)s::date[], %(ends)s::date[],
           %(closed)s::timestamptz[], %(firsts)s::boolean[])
        AS c (charge, account, method, starts, ends, closed_at, is_first)
     CROSS JOIN LATERAL generate_series(c.starts, c.ends, interval '1 day') d (day)"""
_LINE = """
      LEFT JOIN LATERAL (SELECT l.run_id FROM fees_accrual l
                          WHERE l.accrual_date = d.day::date AND l.account_id = c.account
                            AND l.method = c.method ORDER BY l.component_id LIMIT 1) l ON true"""
_AT = "coalesce(CASE WHEN c.is_first THEN fees_known_at(l.run_id, c.account) END, c.closed_at)"
_OF_ACCOUNTS = f"""
    WITH used AS (
        SELECT c.charge, n.account_id, n.nav_date, n.nlv, n.flow, {_AT} AS at
          FROM {_DAYS}
          JOIN broker_navdaily n ON n.nav_date = d.day::date AND n.account_id = c.account{_LINE}
    )
    SELECT used.charge, used.nav_date, coalesce(old.nlv, used.nlv), coalesce(old.flow, used.flow), used.nlv
      FROM used
      LEFT JOIN LATERAL (SELECT h.nlv, h.flow FROM broker_navhistory h
                          WHERE h.account_id = used.account_id AND h.nav_date = used.nav_date
                            AND h.replaced_at > used.at ORDER BY h.replaced_at LIMIT 1) old ON true
     ORDER BY used.charge, used.nav_date"""
_OF_GROUPS = f"""
    SELECT c.charge, d.day::date, w.nlv, w.flow, w.now
      FROM {_DAYS}{_LINE}
     CROSS JOIN LATERAL fees_group_worth(c.account, d.day::date, {_AT}) w
     ORDER BY c.charge, d.day"""
