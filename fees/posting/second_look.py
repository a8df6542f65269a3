"""The engine computes every period-end charge again before it is written; an account that differs is held.

It chooses the versions and counts the days itself, from what was agreed, and shares no SQL with the closing.  Accrued
charges need no second look here: the night's check has recomputed every line, and the reconciliation adds them up.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from accounts.ground.days.queries import calendar
from accounts.ground.tree.models import HOLDING_KINDS
from fees.engine.accrual import annual, effective_rate
from fees.engine.charge import period_end_charge
from fees.engine.inputs import inputs_text
from fees.engine.types import Charge, NavPoint, Segment, Terms
from fees.groups.queries import masters, worth_together
from fees.posting import closing as statements
from fees.posting.closing import Closing
from fees.posting.rules import Value, value_at_closing
from fees.schedules.rules import Figures, ranges_of
from portal.lib.business_days import Calendar
from portal.lib.periods import Period

ROWS_AT_ONCE = 5000
Key = tuple[int, int, int]


class Life(NamedTuple):
    """When an account was open, and the currency of its fees."""

    opened_on: date
    closed_on: date | None
    currency: str


def differing(cur, closing: Closing) -> set[int]:
    """Accounts whose charges the engine computes differently, or which only one of the two would charge."""
    written = {
        (account, practice, method): (exact, inputs)
        for account, practice, method, exact, inputs in _rows(cur, statements.computed(closing))
    }
    wrong = set()
    for key, charge in _recomputed(cur, closing):
        if written.pop(key, None) != (charge.exact, inputs_text(charge)):
            wrong.add(key[0])
    return wrong | {account for account, _, _ in written}


def segments_of(terms: Iterable[Terms], *, nlv: Decimal, period: Period, life: Life, days: Calendar) -> list[Segment]:
    """The stretches of a period on which the account was open and each version applied."""
    segments = []
    for one in terms:
        starts = max(one.starts, period.starts, life.opened_on)
        ends = min(end for end in (one.ends, period.ends, life.closed_on) if end is not None)
        count = days.count(starts, ends)
        if count:
            segments.append(Segment(one.component, effective_rate(one, nlv), count, annual(one, nlv)))
    return segments


def _recomputed(cur, closing: Closing) -> Iterator[tuple[Key, Charge]]:
    days = calendar()
    lives = _lives(cur, closing)
    values = _values(cur, closing, lives)
    for key, terms in _agreed(cur, closing).items():
        account, _, method = key
        life, nlv = lives.get(account), values.get(account)
        if life is None or nlv is None:
            continue
        segments = segments_of(terms, nlv=nlv, period=closing.period, life=life, days=days)
        if not segments:
            continue
        last = days.previous(min(closing.period.ends, life.closed_on or closing.period.ends))
        yield (
            key,
            period_end_charge(
                method=method,
                closing=NavPoint(last if closing.closed_accounts else closing.day, nlv),
                segments=segments,
                period=closing.period,
                currency=life.currency,
            ),
        )


def _lives(cur, closing: Closing) -> dict[int, Life]:
    kinds = {kind.value for kind in HOLDING_KINDS}
    rows = _rows(
        cur,
        "SELECT id, kind, opened_on, closed_on, base_currency FROM accounts_account"
        f" WHERE {statements.within(closing, 'id')}",
    )
    return {
        account: Life(opened, closed, currency)
        for account, kind, opened, closed, currency in rows
        if kind in kinds and opened and _is_wanted(closing, closed)
    }


def _is_wanted(closing: Closing, closed_on: date | None) -> bool:
    if closing.closed_accounts:
        return closed_on is not None and closing.period.starts < closed_on <= closing.day
    return closed_on is None or closed_on > closing.day


def _values(cur, closing: Closing, lives: dict[int, Life]) -> dict[int, Decimal]:
    groups = masters(cur, statements.within(closing, "id"))
    if not closing.closed_accounts:
        rows = _rows(
            cur,
            "SELECT account_id, nlv FROM broker_navdaily"
            f" WHERE nav_date = %s AND {statements.within(closing, 'account_id')}",
            closing.day,
        )
        single = {account: nlv for account, nlv in rows if account not in groups}
        together = worth_together(cur, groups, closing.day, closing.day)
        return single | {master: days[0].nlv for master, days in together.items() if days}
    known: dict[int, list[Value]] = defaultdict(list)
    for account, *value in _rows(
        cur,
        "SELECT account_id, nav_date, nlv, flow FROM broker_navdaily"
        " WHERE nav_date >= %s AND nav_date <= %s AND account_id = ANY(%s)",
        closing.period.starts,
        closing.day,
        list(lives),
    ):
        known[account].append(Value(*value))
    for master, values in worth_together(cur, groups, closing.period.starts, closing.day).items():
        known[master] = [Value(*value) for value in values]
    found = {
        account: value_at_closing(known[account], life.closed_on) for account, life in lives.items() if life.closed_on
    }
    return {account: nlv for account, nlv in found.items() if nlv is not None}


def _agreed(cur, closing: Closing) -> dict[Key, list[Terms]]:
    """Every version ever agreed is read; which of them count is decided by their days."""
    agreed: dict[Key, list[Terms]] = defaultdict(list)
    for account, practice, component, method, rate, flat, tiers, mode, starts, ends in _rows(
        cur,
        "SELECT s.account_id, s.practice_id, c.id, c.method, c.rate, c.flat, c.tiers, c.mode, s.starts, s.ends"
        " FROM fees_schedule s JOIN fees_component c ON c.schedule_id = s.id"
        " WHERE s.strategy = 'automatic' AND c.method = ANY(%s)"
        f" AND {statements.within(closing, 's.account_id')}",
        list(closing.methods),
    ):
        figures = Figures(method=method, rate=rate, flat=flat, ranges=ranges_of(json.loads(tiers)), mode=mode)
        agreed[account, practice, method].append(figures.terms(starts=starts, ends=ends, component=component))
    return agreed


def _rows(cur, query: str, *values: object) -> Iterator[tuple]:
    cur.execute(query, list(values) or None)
    while rows := cur.fetchmany(ROWS_AT_ONCE):
        yield from rows
