"""The daily rollup of every practice, for dashboards: the raw history is never scanned to draw a page.

Sums are made by SELECT alone and a few rows are written afterwards: INSERT..SELECT would use one core only.
"""

from datetime import date
from decimal import Decimal
from typing import TypedDict

from accounts.ground.access.context import cursor
from accounts.ground.runs.models import Run
from accounts.ground.runs.results import StageResult
from fees.accrual.statements import HOLDING, day_literal, valued_on
from fees.engine.arithmetic import CONTEXT

# Every sum counts for its own practice and for the firm's top practice, whose row is the whole firm.
FOR_WHOM = "JOIN accounts_practice p ON p.firm_id = b.firm_id AND (p.level = 1 OR p.id = b.practice_id)"


class MethodTotal(TypedDict):
    """Control total of one method over all currencies: a checksum, not an amount of money."""

    lines: int
    total: str


def rollup_stage(run: Run, day: date) -> StageResult:
    """Both levels, in the firm's currency.

    An account that closed on the day still counts with its last flow, or the return would read as a loss.
    """
    with cursor() as cur:
        cur.execute(
            f"""
            WITH {_rates(day)}
            SELECT b.firm_id, p.id, min(f.base_currency), sum(b.valued)::int, coalesce(sum(b.nlv * x.rate), 0),
                   coalesce(sum(b.flow * x.rate), 0), bool_and(b.valued = b.wanted AND x.rate IS NOT NULL)
              FROM (SELECT a.firm_id, a.practice_id, n.currency, count(*) AS wanted, count(n.account_id) AS valued,
                           sum(n.nlv) AS nlv, sum(n.flow) AS flow
                      FROM accounts_account a
                      LEFT JOIN broker_navdaily n ON n.account_id = a.id AND n.nav_date = {day_literal(day)}
                     WHERE a.kind IN ({HOLDING}) AND (n.account_id IS NOT NULL OR {valued_on(day)})
                     GROUP BY a.firm_id, a.practice_id, n.currency) b
              JOIN accounts_firm f ON f.id = b.firm_id
              LEFT JOIN rates x ON x.code = b.currency AND x.base = f.base_currency
              {FOR_WHOM}
             GROUP BY b.firm_id, p.id ORDER BY p.id
            """
        )
        rows = cur.fetchall()
        cur.execute(
            f"""
            INSERT INTO fees_adviserdaily
                   (firm_id, practice_id, day, currency, accounts, nlv, flow, accrued, own_accrued, complete)
            SELECT firm_id, practice_id, {day_literal(day)}, currency, accounts, nlv, flow, 0, 0, complete
              FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::int[], %s::numeric[], %s::numeric[], %s::bool[])
                   AS b (firm_id, practice_id, currency, accounts, nlv, flow, complete)
            ON CONFLICT (practice_id, day) DO UPDATE SET currency = excluded.currency, accounts = excluded.accounts,
                nlv = excluded.nlv, flow = excluded.flow, complete = excluded.complete
            """,
            _columns(rows, 7),
        )
    return StageResult(rows=len(rows), figures={"incomplete": sum(not complete for *_rest, complete in rows)})


def add_accrued(cur, day: date) -> dict[str, MethodTotal]:
    """Complete the rollup with what the day accrued; the same sums give the control totals by method."""
    cur.execute(
        f"""
        SELECT l.method, a.firm_id, a.practice_id, r.practice_id, a.base_currency, count(*), sum(l.amount)
          FROM fees_accrual l JOIN accounts_account a ON a.id = l.account_id
          LEFT JOIN fees_runschedule r ON r.component_id = l.component_id
         WHERE l.accrual_date = {day_literal(day)}
         GROUP BY 1, 2, 3, 4, 5 ORDER BY 1
        """
    )
    sums = cur.fetchall()
    cur.execute(
        f"""
        WITH {_rates(day)}, accrued AS (
            SELECT p.id, coalesce(sum(b.total * x.rate), 0) AS total,
                   coalesce(sum(b.total * x.rate) FILTER (WHERE b.payee_id = p.id), 0) AS own
              FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::text[], %s::numeric[])
                   AS b (firm_id, practice_id, payee_id, currency, total)
              JOIN accounts_firm f ON f.id = b.firm_id
              LEFT JOIN rates x ON x.code = b.currency AND x.base = f.base_currency
              {FOR_WHOM}
             GROUP BY p.id)
        UPDATE fees_adviserdaily d SET accrued = accrued.total, own_accrued = accrued.own FROM accrued
         WHERE d.practice_id = accrued.id AND d.day = {day_literal(day)}
        """,
        _columns([(*whose, total) for _method, *whose, _lines, total in sums], 5),
    )
    totals: dict[int, tuple[int, Decimal]] = {}
    for method, *_whose, lines, total in sums:
        before = totals.get(method, (0, Decimal(0)))
        totals[method] = (before[0] + lines, CONTEXT.add(before[1], total))
    return {str(method): {"lines": lines, "total": format(total, "f")} for method, (lines, total) in totals.items()}


def _columns(rows: list[tuple[object, ...]], count: int) -> list[list[object]]:
    """Rows as arrays, one a column."""
    return [[row[place] for row in rows] for place in range(count)]


def _rates(day: date) -> str:
    """The day's rate from each currency to each firm's, found once a pair; null where it is not known."""
    of_day = f"FROM broker_fxrate WHERE day = {day_literal(day)}"
    return (
        "rates AS MATERIALIZED (SELECT c.code, f.base,"
        f" broker_rate({day_literal(day)}, c.code, f.base) AS rate"
        f" FROM (SELECT from_currency AS code {of_day} UNION SELECT to_currency {of_day}"
        " UNION SELECT base_currency FROM accounts_firm) c"
        " CROSS JOIN (SELECT DISTINCT base_currency AS base FROM accounts_firm) f)"
    )
