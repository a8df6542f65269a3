"""What was agreed and neither charged nor held: periods that have closed, and executions of trades."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date

from accounts.broker.feed.queries import FILE_TOLD
from accounts.ground.days.queries import calendar
from accounts.ground.runs.actions import BY_OFFICE
from accounts.ground.runs.models import Run
from accounts.ground.runs.queries import sql_held_back
from fees.accrual.statements import among, day_literal
from fees.differences.found import Found
from fees.engine.registry import TRADE_CODES
from fees.engine.timing import periods_closing_on
from fees.posting.due import sql_charges_due
from fees.trades.queries import Waiting, waiting
from portal.lib.periods import Period

(PER_TRADE,) = TRADE_CODES
# For so long after a hold has ended the period that it kept open is looked for.
ENDED_LATELY = "interval '14 days'"


def uncharged(cur, run: Run, day: date, lo: int, hi: int) -> Iterator[Found]:
    """Of accounts lo <= id < hi: what closed with the day, what holds had kept open, and what is still open."""
    yield from _periods(cur, day, day, lo, hi, None)
    for closed_on, accounts in _kept_open(cur, run, day, lo, hi):
        yield from _periods(cur, day, closed_on, lo, hi, accounts)
    yield from _executions(cur, run, day, lo, hi)


def _kept_open(cur, run: Run, day: date, lo: int, hi: int) -> list[tuple[date, list[int]]]:
    cur.execute(
        f"""
        SELECT day, array_agg(DISTINCT account_id)
          FROM (SELECT h.day, h.account_id FROM accounts_hold h
                 WHERE {among("h.account_id", lo, hi, None)} AND h.resolved_at > %(at)s - {ENDED_LATELY}
                UNION ALL
                SELECT (d.detail ->> 'closed')::date, d.account_id FROM fees_difference d
                 WHERE {among("d.account_id", lo, hi, None)} AND d.ended_on IS NULL
                   AND d.detail ->> 'kind' = 'uncharged') late
         WHERE day < %(day)s GROUP BY day ORDER BY day
        """,
        {"at": run.at, "day": day},
    )
    return cur.fetchall()


def _periods(cur, night: date, closed_on: date, lo: int, hi: int, only: Sequence[int] | None) -> Iterator[Found]:
    grouped: dict[Period, list[int]] = defaultdict(list)
    for code, period in periods_closing_on(calendar(), closed_on).items():
        grouped[period].append(code)
    for period, codes in grouped.items():
        due = sql_charges_due(closed_on, period, codes, within=lambda column: among(column, lo, hi, only))
        cur.execute(
            f"""
            SELECT due.firm_id, due.account_id, due.practice_id, due.currency, due.method FROM ({due}) due
             WHERE NOT EXISTS (SELECT 1 FROM fees_charge f
                                WHERE f.account_id = due.account_id AND f.practice_id = due.practice_id
                                  AND f.method = due.method AND f.starts = {day_literal(period.starts)})
               AND NOT EXISTS (SELECT 1 FROM accounts_hold h WHERE h.account_id = due.account_id
                                AND h.resolved_at IS NULL
                                AND (h.reason = '{BY_OFFICE}' AND h.day <= {day_literal(night)}
                                     OR h.day >= {day_literal(period.starts)} AND h.day < {day_literal(period.ends)}
                                     AND (h.stage = 'close' OR h.stage IN ('accrue', 'check')
                                          AND h.day = {day_literal(closed_on)})))
            """
        )
        for firm, account, practice, currency, method in cur.fetchall():
            yield Found(
                firm_id=firm,
                account_id=account,
                practice_id=practice,
                currency=currency,
                reason="missing_days",
                method=method,
                subject=f"period {method} {period.starts.isoformat()}",
                detail={
                    "kind": "uncharged",
                    "since": period.starts.isoformat(),
                    "on": period.last_day.isoformat(),
                    "closed": closed_on.isoformat(),
                },
            )


def _executions(cur, run: Run, day: date, lo: int, hi: int) -> Iterator[Found]:
    """What the closing has left; one that lacks a rate holds its account."""
    found = [
        one
        for one in waiting(cur, day=day, within=among("s.account_id", lo, hi, None))
        if one.execution.commission is not None
    ]
    known = _known_to_the_night(cur, run, day, found)
    for one in found:
        if one.trade in known:
            yield Found(
                firm_id=one.firm,
                account_id=one.account,
                practice_id=one.practice,
                currency=one.execution.charged_in,
                reason="missing_days",
                method=PER_TRADE,
                subject=f"trade {one.trade}",
                detail={"kind": "execution", "on": one.execution.day.isoformat(), "symbol": one.execution.symbol},
            )


def _known_to_the_night(cur, run: Run, day: date, found: Sequence[Waiting]) -> set[int]:
    """What a statement brings after the night has accrued waits for the next one, an account held back until it is
    let in."""
    if not found:
        return set()
    cur.execute(
        f"""
        SELECT t.id FROM broker_trade t LEFT JOIN broker_statementfile f ON f.id = t.file_id
         WHERE t.id = ANY(%(trades)s) AND t.account_id NOT IN ({sql_held_back(day)})
           AND coalesce(greatest(t.told_at, {FILE_TOLD}), '-infinity') <= coalesce((
                   SELECT min(k.done_at) FROM accounts_runstage g JOIN accounts_runchunk k ON k.stage_id = g.id
                    WHERE g.run_id = %(run)s AND g.name = 'accrue'), 'infinity')
        """,
        {"trades": [one.trade for one in found], "run": run.pk},
    )
    return {trade for (trade,) in cur.fetchall()}
