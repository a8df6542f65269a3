"""Closing periods: which of them close with a night, for which accounts, and what is held instead."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from accounts.broker.feed.queries import telling
from accounts.ground.access.context import cursor
from accounts.ground.days.queries import calendar
from accounts.ground.runs.actions import BY_OFFICE, hold_accounts, release_many
from accounts.ground.runs.models import Hold, Run
from accounts.ground.runs.queries import held_back
from accounts.ground.runs.results import ChunkResult
from fees.accrual.statements import PLANNING
from fees.adjustments.night import adjust
from fees.engine.timing import CLOSING, POSTING_LAG, RESULTS_LAG, due_on, periods_closing_on
from fees.funds import closing as funds
from fees.posting import closing as statements
from fees.posting.closing import Closing
from fees.posting.second_look import differing
from fees.results import queries as results
from fees.results.closing import Closed, close_results
from fees.trades import closing as trades
from portal.lib.business_days import Calendar
from portal.lib.fingerprint import fingerprint
from portal.lib.periods import Frequency, Period, period_of
from portal.lib.words import gettext_noop

# Why an account is held at close, and what its pending item is called.
HOLD_TITLES = {
    "missing_days": gettext_noop("Fees wait for a missing statement"),
    "no_nav": gettext_noop("Fees wait for the statement of the period's last day"),
    "check_differs": gettext_noop("A fee was computed in two ways that differ"),
    **results.HOLD_TITLES,
    **funds.HOLD_TITLES,
    **trades.HOLD_TITLES,
}


CLOSED_LATER = gettext_noop("Closed by a later night")


@dataclass
class Written:
    """What a chunk has written so far."""

    rows: int = 0
    total: Decimal = Decimal(0)
    digests: tuple[str, ...] = ()
    held: frozenset[int] = frozenset()


def close_chunk(
    run: Run,
    day: date,
    lo: int,
    hi: int,
    chunk_id: int,
    *,
    lag: int = POSTING_LAG,
    results_lag: int = RESULTS_LAG,
    only: Sequence[int] | None = None,
) -> ChunkResult:
    """Charge what was held earlier and is complete now for accounts lo <= id < hi, then what closes with `day`, and
    adjust what comes out differently by now.  Earlier days go first: a period on profit begins with the losses that
    the one before it left.

    `only` narrows it to some of the accounts.  `lag` is the number of business days between the close of a period and
    its posting, `results_lag` that of fees on profit.
    """
    days = calendar()
    lags = (lag, results_lag)
    telling(alone=False)
    written = Written()
    with cursor() as cur:
        cur.execute(PLANNING)
        today = replace(_whole(run, days, day, day, lo, hi, lags), only=only)
        for late, accounts in _held_before(cur, today, run.at):
            held = Written()
            again = replace(_whole(run, days, day, late, lo, hi, lags), only=accounts)
            again = replace(again, without=held_back(late, only_that_day=True))
            for one in _closings(cur, days, again):
                _charge(cur, one, held)
            _release(run, late, sorted({*accounts} - held.held - {*again.without}))
            written = _together(written, held)
        for one in _closings(cur, days, replace(today, without=held_back(day, only_that_day=True))):
            _charge(cur, one, written)
        let_in = replace(today, without=held_back(day))
        _keep(day, trades.close_trades(cur, let_in), written)
        _keep(day, adjust(cur, let_in), written)
    return ChunkResult(rows=written.rows, total=written.total, digest=fingerprint(written.digests))


def _whole(run: Run, days: Calendar, night: date, day: date, lo: int, hi: int, lags: tuple[int, int]) -> Closing:
    """The range as a closing that still lacks its period and methods."""
    lag, results_lag = lags
    return Closing(
        run_id=run.pk,
        night=night,
        day=day,
        period=Period(day, day),
        methods=(),
        days=(),
        due_on=due_on(days, day, lag),
        results_due_on=due_on(days, day, results_lag),
        lo=lo,
        hi=hi,
    )


def _closings(cur, days: Calendar, whole: Closing) -> Iterator[Closing]:
    """Each period that closes with the day once, then the running periods of accounts that were closed by it."""
    for period, methods in _by_period(periods_closing_on(days, whole.day)).items():
        yield replace(whole, period=period, methods=methods, days=days.between(*period))
    longer = _by_period(_longer_periods(whole.day))
    accounts = _closed_accounts(cur, whole, min(period.starts for period in longer))
    for period, methods in longer.items() if accounts else ():
        days_of_it = days.between(*period)
        yield replace(whole, period=period, methods=methods, days=days_of_it, closed_accounts=True, only=accounts)


def _closed_accounts(cur, whole: Closing, since: date) -> list[int]:
    cur.execute(
        f"""
        SELECT coalesce(array_agg(id ORDER BY id), '{{}}') FROM accounts_account
         WHERE {statements.within(whole, "id")} AND closed_on > %(since)s AND closed_on <= %(day)s
        """,
        {"since": since, "day": whole.day},
    )
    return cur.fetchone()[0]


def _longer_periods(day: date) -> dict[int, Period]:
    return {
        code: period_of(method.frequency, day)
        for code, method in CLOSING.items()
        if method.frequency != Frequency.DAILY
    }


def _by_period(periods: dict[int, Period]) -> dict[Period, list[int]]:
    grouped: dict[Period, list[int]] = {}
    for code, period in periods.items():
        grouped.setdefault(period, []).append(code)
    return grouped


def _charge(cur, closing: Closing, written: Written) -> None:
    accrued, at_end = closing.accrued(), closing.at_period_end()
    if accrued.methods:
        _write(cur, accrued, statements.from_accruals(accrued), written)
    if at_end.methods:
        checked = at_end.doubting(differing(cur, at_end))
        _write(cur, checked, statements.from_closing_value(checked), written)
    on_profit = closing.results()
    if on_profit.methods:
        _keep(closing.day, close_results(cur, on_profit), written)
    on_funds = closing.funds()
    if on_funds.methods:
        _keep(closing.day, funds.close_funds(cur, on_funds), written)


def _keep(day: date, closed: Closed, written: Written) -> None:
    written.rows += closed.rows
    written.total += closed.total
    written.digests += tuple(closed.digests)
    if closed.held:
        _hold(day, closed.held)
        written.held |= {account for account, _, _ in closed.held}


def _write(cur, closing: Closing, closed: str, written: Written) -> None:
    cur.execute(statements.charge(closing, closed))
    rows, total, digest, text = cur.fetchone()
    held = json.loads(text)
    written.rows += rows
    written.total += total
    if rows:
        written.digests += (digest,)
    if held:
        _hold(closing.day, held)
        written.held |= {account for account, _, _ in held}


def _hold(day: date, held: list[tuple[int, str, str]]) -> None:
    for reason, title in HOLD_TITLES.items():
        details = {account: detail for account, why, detail in held if why == reason}
        hold_accounts(details=details, day=day, stage="close", reason=reason, title=title)


def _together(one: Written, other: Written) -> Written:
    return Written(one.rows + other.rows, one.total + other.total, one.digests + other.digests, one.held)


def _held_before(cur, whole: Closing, at: datetime) -> list[tuple[date, list[int]]]:
    """Days with accounts that could not be closed then, whose missing day was accrued by this run, or that this run
    let in."""
    cur.execute(
        f"""
        SELECT day, array_agg(DISTINCT account_id ORDER BY account_id)
          FROM accounts_hold h
         WHERE {statements.within(whole, "h.account_id")} AND h.day < %(day)s
           AND (h.stage = 'close' AND h.resolved_at IS NULL
                OR h.stage = 'accrue' AND h.reason = '{BY_OFFICE}' AND h.resolved_at = %(at)s
                OR h.stage = 'accrue' AND h.resolved_at IS NOT NULL
                   AND EXISTS (SELECT 1 FROM fees_accrual l
                                WHERE l.accrual_date = h.day AND l.account_id = h.account_id AND l.run_id = %(run)s))
         GROUP BY day ORDER BY day
        """,
        {"day": whole.day, "run": whole.run_id, "at": at},
    )
    return cur.fetchall()


def _release(run: Run, day: date, accounts: list[int]) -> None:
    """End the holds of accounts that closed after all, and what waited for their statements."""
    ended = Hold.unscoped.filter(stage="close", day=day, resolved_at=None, account_id__in=accounts)
    release_many(holds=ended.values_list("pk", flat=True), at=run.at, resolution=CLOSED_LATER)
