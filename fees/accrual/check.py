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
from fees.engine.registry import METHODS
from fees.engine.types import Terms
from fees.schedules.rules import Figures, ranges_of
from portal.lib.words import gettext_noop

# A fault of the software differs everywhere; this many holds name it well enough.
MOST_HOLDS = 1000
NULL = "\\N"
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
    agreed = _agreed(cur, day, lo, hi)
    stored = {
        (int(account), component): rest
        for account, component, *rest in _copy(
            cur,
            "SELECT account_id, component_id, method, base, rate, amount FROM fees_accrual"
            f" WHERE accrual_date = '{day}' AND account_id >= {lo} AND account_id < {hi}",
        )
    }
    rows, total, found = len(stored), ZERO, []
    add = CONTEXT.add
    for account_text, nlv_text in _copy(
        cur,
        "SELECT account_id, nlv FROM broker_navdaily"
        f" WHERE nav_date = '{day}' AND account_id >= {lo} AND account_id < {hi}",
    ):
        account = int(account_text)
        for component, terms in agreed.pop(account, ()):
            expected = line(terms, Decimal(nlv_text))
            total = add(total, expected.amount)
            got = stored.pop((account, component), None)
            if got is None:
                found.append(Difference(account, "line_missing", f"component {component}"))
            elif int(got[0]) != terms.method or tuple(map(Decimal, got[1:])) != expected:
                found.append(Difference(account, "line_differs", f"component {component}: {got}, not {expected}"))
    found += [Difference(account, "no_value", "agreed but not valued, and not held") for account in agreed]
    found += [Difference(account, "line_extra", f"component {component}") for account, component in stored]
    return rows, total, found


def _agreed(cur, day: date, lo: int, hi: int) -> dict[int, list[tuple[str, Terms]]]:
    """What each account of the range owes for `day`: every version ever agreed is read, and the choice is made here."""
    open_accounts = _open_accounts(cur, day, lo, hi)
    known: dict[tuple[str, ...], Terms] = {}
    agreed: dict[int, list[tuple[str, Terms]]] = {}
    for account_text, component, *words in _copy(
        cur,
        "SELECT s.account_id, c.id, s.starts, s.ends, c.method, c.rate, c.flat, c.mode, c.tiers"
        " FROM fees_schedule s JOIN fees_component c ON c.schedule_id = s.id"
        f" WHERE s.strategy = 'automatic' AND s.account_id >= {lo} AND s.account_id < {hi}",
    ):
        account = int(account_text)
        if account not in open_accounts:
            continue
        key = tuple(words)
        terms = known.get(key)
        if terms is None:
            terms = known[key] = _terms(*words)
        if terms.covers(day) and METHODS[terms.method].accrues:
            agreed.setdefault(account, []).append((component, terms))
    return agreed


def _open_accounts(cur, day: date, lo: int, hi: int) -> set[int]:
    """Accounts that hold positions, were open on the day and are not held out of it."""
    today = day.isoformat()
    found = {
        int(account)
        for account, kind, opened, closed in _copy(
            cur,
            f"SELECT id, kind, opened_on, closed_on FROM accounts_account WHERE id >= {lo} AND id < {hi}",
        )
        if kind in KINDS and opened != NULL and opened <= today and (closed == NULL or closed > today)
    }
    cur.execute(
        "SELECT account_id FROM accounts_hold WHERE day = %s AND stage = 'accrue' AND resolved_at IS NULL"
        " AND account_id >= %s AND account_id < %s",
        [day, lo, hi],
    )
    return found.difference(account for (account,) in cur.fetchall())


def _terms(starts: str, ends: str, method: str, rate: str, flat: str, mode: str, tiers: str) -> Terms:
    figures = Figures(
        method=int(method),
        rate=_decimal(rate),
        flat=_decimal(flat),
        ranges=ranges_of(json.loads(tiers)),
        mode="whole_balance" if mode == "whole_balance" else "marginal",
    )
    return figures.terms(starts=date.fromisoformat(starts), ends=None if ends == NULL else date.fromisoformat(ends))


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


def _copy(cur, query: str) -> Iterator[list[str]]:
    """The rows of a query as text fields. COPY, because a million tuples of Python objects cost more than the fees."""
    buffer = io.BytesIO()
    cur.cursor.copy_expert(f"COPY ({query}) TO STDOUT", buffer)
    for row in buffer.getvalue().decode().splitlines():
        yield row.split("\t")


def _decimal(text: str) -> Decimal | None:
    return None if text == NULL else Decimal(text)
