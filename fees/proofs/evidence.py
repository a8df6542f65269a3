"""What a charge is proved with: the values as they were known then, the agreed versions, the calendar.

Nothing here was stored by the night that charged, except the instant at which it looked.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from accounts.ground.access.context import cursor
from accounts.ground.days.queries import calendar
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
    period = Period(charge.starts, charge.ends)
    components = tuple(
        Component.unscoped.filter(
            schedule__account_id=charge.account_id,
            schedule__practice_id=charge.practice_id,
            schedule__strategy="automatic",
            method=charge.method,
            schedule__starts__lt=period.ends,
        )
        .exclude(schedule__ends__lte=period.starts)
        .select_related("schedule")
        .order_by("id")
    )
    days = calendar()
    known, corrections = _values(charge, period)
    return Evidence(
        components=components,
        agreed=tuple(terms_of(one) for one in components),
        terms=tuple(_while_open(terms_of(one), charge.account.opened_on) for one in components),
        nav=tuple(_points(charge, period, known, days)),
        calendar=days,
        period=period,
        corrections=tuple(corrections),
    )


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


def _values(charge: Charge, period: Period) -> tuple[list[Value], list[Correction]]:
    """The account's values of the period as they were known when each was used, and which differ from today's.

    A day's accrual looked when its night accrued; a closing value when the period was closed; an adjustment at
    everything when it was made.
    """
    with cursor() as cur:
        cur.execute(
            """
            WITH used AS (
                SELECT n.nav_date, n.nlv, n.flow,
                       coalesce(CASE WHEN %(is_first)s THEN fees_known_at(l.run_id, n.account_id) END,
                                %(closed_at)s::timestamptz) AS at
                  FROM broker_navdaily n
                  LEFT JOIN LATERAL (SELECT l.run_id FROM fees_accrual l
                                      WHERE l.accrual_date = n.nav_date AND l.account_id = n.account_id
                                        AND l.method = %(method)s ORDER BY l.component_id LIMIT 1) l ON true
                 WHERE n.account_id = %(account)s AND n.nav_date >= %(starts)s AND n.nav_date <= %(ends)s
            )
            SELECT used.nav_date, coalesce(old.nlv, used.nlv), coalesce(old.flow, used.flow), used.nlv
              FROM used
              LEFT JOIN LATERAL (SELECT h.nlv, h.flow FROM broker_navhistory h
                                  WHERE h.account_id = %(account)s AND h.nav_date = used.nav_date
                                    AND h.replaced_at > used.at ORDER BY h.replaced_at LIMIT 1) old ON true
             ORDER BY used.nav_date
            """,
            {
                "account": charge.account_id,
                "method": charge.method,
                "starts": period.starts,
                "ends": period.ends,
                "closed_at": charge.created_at,
                "is_first": charge.revision == 0,
            },
        )
        rows = cur.fetchall()
    known = [Value(day, then, flow) for day, then, flow, _ in rows]
    corrections = [Correction(day, then, now) for day, then, _, now in rows if then != now and period.covers(day)]
    return known, corrections
