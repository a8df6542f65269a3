"""The daily rollup of every practice, for dashboards: the raw history is never scanned to draw a page."""

from datetime import date
from typing import TypedDict

from accounts.ground.access.context import cursor
from accounts.ground.runs.models import Run
from accounts.ground.runs.results import StageResult
from fees.accrual.statements import HOLDING, day_literal, valued_on


class MethodTotal(TypedDict):
    """Control total of one method over all currencies: a checksum, not an amount of money."""

    lines: int
    total: str


def rollup_stage(run: Run, day: date) -> StageResult:
    """Both levels in one pass; a firm's own set is the sum of everything below it and stands in its top practice's row.

    An account that closed on the day still counts with its last flow, or the return would read as a loss.
    """
    with cursor() as cur:
        cur.execute(
            f"""
            WITH {_rates(day)}
            INSERT INTO fees_adviserdaily
                   (firm_id, practice_id, day, currency, accounts, nlv, flow, accrued, complete)
            SELECT g.firm_id, p.id, {day_literal(day)}, g.currency, g.accounts, g.nlv, g.flow, 0, g.complete
              FROM (SELECT a.firm_id, a.practice_id, min(f.base_currency) AS currency,
                           count(n.account_id) AS accounts,
                           coalesce(sum(n.nlv * x.rate), 0) AS nlv,
                           coalesce(sum(n.flow * x.rate), 0) AS flow,
                           count(n.account_id) = count(*) AND bool_and(x.rate IS NOT NULL) AS complete
                      FROM accounts_account a
                      JOIN accounts_firm f ON f.id = a.firm_id
                      LEFT JOIN broker_navdaily n ON n.account_id = a.id AND n.nav_date = {day_literal(day)}
                      LEFT JOIN rates x ON x.code = n.currency AND x.base = f.base_currency
                     WHERE a.kind IN ({HOLDING}) AND (n.account_id IS NOT NULL OR {valued_on(day)})
                     GROUP BY GROUPING SETS ((a.firm_id, a.practice_id), (a.firm_id))) g
              JOIN accounts_practice p ON p.firm_id = g.firm_id
                   AND CASE WHEN g.practice_id IS NULL THEN p.level = 1 ELSE p.level = 2 AND p.id = g.practice_id END
            ON CONFLICT (practice_id, day) DO UPDATE SET currency = excluded.currency, accounts = excluded.accounts,
                nlv = excluded.nlv, flow = excluded.flow, complete = excluded.complete
            """
        )
        rows = cur.rowcount
        cur.execute(
            f"SELECT count(*) FILTER (WHERE NOT complete) FROM fees_adviserdaily WHERE day = {day_literal(day)}"
        )
        return StageResult(rows=rows, figures={"incomplete": cur.fetchone()[0]})


def add_accrued(cur, day: date) -> dict[str, MethodTotal]:
    """Complete the rollup with what the day accrued; one pass gives the control totals by method as well."""
    cur.execute(
        f"""
        WITH {_rates(day)}, l AS MATERIALIZED (
            SELECT grouping(l.method) AS by_practice, l.method, a.firm_id, a.practice_id, count(*) AS lines,
                   sum(l.amount) AS total, sum(l.amount * x.rate) AS accrued
              FROM fees_accrual l
              JOIN accounts_account a ON a.id = l.account_id
              JOIN accounts_firm f ON f.id = a.firm_id
              LEFT JOIN rates x ON x.code = a.base_currency AND x.base = f.base_currency
             WHERE l.accrual_date = {day_literal(day)}
             GROUP BY GROUPING SETS ((l.method), (a.firm_id, a.practice_id), (a.firm_id))),
        done AS (
            UPDATE fees_adviserdaily d SET accrued = coalesce(l.accrued, 0)
              FROM l JOIN accounts_practice p ON p.firm_id = l.firm_id AND l.by_practice = 1
                   AND CASE WHEN l.practice_id IS NULL THEN p.level = 1 ELSE p.level = 2 AND p.id = l.practice_id END
             WHERE d.practice_id = p.id AND d.day = {day_literal(day)})
        SELECT method, lines, total FROM l WHERE by_practice = 0 ORDER BY method
        """
    )
    return {str(method): {"lines": lines, "total": format(total, "f")} for method, lines, total in cur.fetchall()}


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
