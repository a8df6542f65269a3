"""The second computation: the engine recomputes every line of a chunk and holds the account of each that differs.

It chooses the version itself from what was agreed, the stored values and the account's dates, and compares both ways.
It shares no SQL with the accruals: what they joined or stored is what is being doubted here.
"""

import io
import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from accounts.ground.access.context import cursor
from accounts.ground.days.queries import calendar
from accounts.ground.runs.actions import hold_accounts
from accounts.ground.runs.models import Run
from accounts.ground.runs.results import ChunkResult
from accounts.ground.tree.models import HOLDING_KINDS
from fees.engine.accrual import line
from fees.engine.arithmetic import CONTEXT, ZERO
from fees.engine.registry import ACCRUED_CODES
from fees.engine.types import Terms
from fees.groups.queries import masters, worth_together
from fees.schedules.rules import Figures, ranges_of
from portal.lib.words import gettext_noop

# A fault of the software differs everywhere; this many holds name it well enough.
MOST_HOLDS = 1000
NULL = "\\N"
ACCRUES = frozenset(ACCRUED_CODES)
KINDS = frozenset(kind.value for kind in HOLDING_KINDS)


class Difference(NamedTuple):
    """Why an account cannot be sealed."""

    account: int
    reason: str
    detail: str


class DaysOff(ValueError):
    """Accruals of a day that is no business day."""


def check_chunk(run: Run, day: date, lo: int, hi: int, chunk_id: int) -> ChunkResult:
    """Recompute the lines of accounts lo <= id < hi: those of the day, and late ones that this run wrote."""
    if not calendar().is_business_day(day):
        raise DaysOff(f"{day} is not a business day")
    with cursor() as cur:
        rows, total, found = _check_day(cur, day, lo, hi)
        for late in _late_days(cur, run, day, lo, hi):
            late_rows, late_total, more = _check_day(cur, late, lo, hi)
            rows, total = rows + late_rows, CONTEXT.add(total, late_total)
            found += more
        _hold(day, found[:MOST_HOLDS])
    return ChunkResult(rows=rows, total=total)


def _check_day(cur, day: date, lo: int, hi: int) -> tuple[int, Decimal, list[Difference]]:
    """Every version ever agreed comes with the account, its value and its line, or what of them there is; which version
    applies and what it costs is decided here."""
    today = day.isoformat()
    held = _held(cur, day, lo, hi)
    groups = _groups(cur, day, lo, hi)
    known: dict[str, Terms] = {}
    rows, total, found = 0, ZERO, []
    add = CONTEXT.add
    for row in _copy(cur, _everything(today, lo, hi)):
        account, component, nlv, *stored, kind, opened, closed, starts, ends, figures = row.split("\t", 12)
        has_line = stored[0] != NULL
        nlv = groups.get(account, nlv)
        rows += has_line
        terms = known.get(figures)
        if terms is None and figures != NULL:
            terms = known[figures] = _terms(figures, day)
        owes = (
            terms is not None
            and terms.method in ACCRUES
            and starts <= today
            and (ends == NULL or today < ends)
            and kind in KINDS
            and opened <= today
            and (closed == NULL or today < closed)
        )
        if not owes or terms is None:
            if has_line:
                found.append(Difference(int(account), "line_extra", f"component {component}"))
            continue
        # An account may have been held after its line was written; then the line is looked at like any other.
        if account in held and not has_line:
            continue
        if nlv == NULL:
            found.append(Difference(int(account), "no_value", "agreed but not valued, and not held"))
            continue
        expected = line(terms, Decimal(nlv))
        total = add(total, expected.amount)
        if not has_line:
            found.append(Difference(int(account), "line_missing", f"component {component}"))
        elif int(stored[0]) != terms.method or tuple(map(Decimal, stored[1:])) != expected:
            found.append(Difference(int(account), "line_differs", f"component {component}: {stored}, not {expected}"))
    return rows, total, found


def _everything(today: str, lo: int, hi: int) -> str:
    """Agreements, lines and values of a range, joined by their keys alone: nothing is left out for any reason."""
    return f"""
        SELECT coalesce(v.account_id, l.account_id), coalesce(v.component_id, l.component_id), n.nlv,
               l.method, l.base, l.rate, l.amount, v.kind, v.opened_on, v.closed_on, v.starts, v.ends, v.figures
          FROM (SELECT s.account_id, c.id AS component_id, a.kind, a.opened_on, a.closed_on, s.starts, s.ends,
                       concat_ws(';', c.method, c.mode, coalesce(c.rate::text, ''), coalesce(c.flat::text, ''), c.tiers)
                           AS figures
                  FROM fees_schedule s
                  JOIN accounts_account a ON a.id = s.account_id AND a.id >= {lo} AND a.id < {hi}
                  JOIN fees_component c ON c.schedule_id = s.id
                 WHERE s.strategy = 'automatic' AND s.account_id >= {lo} AND s.account_id < {hi}) v
          FULL JOIN (SELECT * FROM fees_accrual
                      WHERE accrual_date = '{today}' AND account_id >= {lo} AND account_id < {hi}) l
            ON l.account_id = v.account_id AND l.component_id = v.component_id
          LEFT JOIN (SELECT account_id, nlv FROM broker_navdaily
                      WHERE nav_date = '{today}' AND account_id >= {lo} AND account_id < {hi}) n
            ON n.account_id = v.account_id"""


def _held(cur, day: date, lo: int, hi: int) -> set[str]:
    """Accounts held out of the day."""
    cur.execute(
        "SELECT account_id FROM accounts_hold WHERE day = %s AND stage = 'accrue' AND resolved_at IS NULL"
        " AND account_id >= %s AND account_id < %s",
        [day, lo, hi],
    )
    return {str(account) for (account,) in cur.fetchall()}


def _groups(cur, day: date, lo: int, hi: int) -> dict[str, str]:
    """What STL masters of the range pay on, instead of their own value: their whole group's."""
    worth = worth_together(cur, masters(cur, f"id >= {lo} AND id < {hi}"), day, day)
    return {str(master): str(days[0].nlv) if days else NULL for master, days in worth.items()}


def _terms(figures: str, day: date) -> Terms:
    """Figures that many accounts may have agreed; the period is theirs and decided beside it."""
    method, mode, rate, flat, tiers = figures.split(";", 4)
    agreed = Figures(
        method=int(method),
        mode="whole_balance" if mode == "whole_balance" else "marginal",
        rate=Decimal(rate) if rate else None,
        flat=Decimal(flat) if flat else None,
        ranges=ranges_of(json.loads(tiers)),
    )
    return agreed.terms(starts=day)


def _late_days(cur, run: Run, day: date, lo: int, hi: int) -> list[date]:
    """Held days of the range that were accrued by this run."""
    cur.execute(
        "SELECT DISTINCT h.day FROM accounts_hold h WHERE h.stage = 'accrue' AND h.day < %s"
        " AND h.resolved_at IS NOT NULL AND h.account_id >= %s AND h.account_id < %s"
        " AND EXISTS (SELECT 1 FROM fees_accrual l WHERE l.accrual_date = h.day AND l.account_id = h.account_id"
        " AND l.run_id = %s) ORDER BY 1",
        [day, lo, hi, run.pk],
    )
    return [late for (late,) in cur.fetchall()]


def _hold(day: date, differences: list[Difference]) -> None:
    for reason in sorted({one.reason for one in differences}):
        hold_accounts(
            details={one.account: one.detail for one in differences if one.reason == reason},
            day=day,
            stage="check",
            reason=reason,
            title=gettext_noop("A fee line differs from its recomputation"),
        )


def _copy(cur, query: str) -> Iterator[str]:
    """The rows of a query as text. COPY, because a million tuples of Python objects cost more than the fees."""
    buffer = io.BytesIO()
    cur.cursor.copy_expert(f"COPY ({query}) TO STDOUT", buffer)
    yield from buffer.getvalue().decode().splitlines()
