"""What a month would come to: its remaining nights are run by the night's own code, and everything is rolled back.

Values stay as they were on the last sealed day.  Nothing is kept but the answer.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.conf import settings
from django.db import transaction

from accounts.ground.access.context import as_role, cursor
from accounts.ground.days.queries import calendar
from accounts.ground.runs.models import Run, RunChunk, RunStage, RunState
from fees.accrual.night import accrue_chunk
from fees.billing.rules import Month
from fees.invoicing.night import invoices_chunk
from fees.posting.close import close_chunk
from fees.posting.models import SQL_TAKEN
from fees.posting.posting import post_chunk
from portal.lib.words import gettext_noop

# Longer than any stretch of nights of a month; a forecast that waits for a night gives up instead.
PATIENCE = "SET LOCAL lock_timeout = '10s'; SET LOCAL statement_timeout = '120s'"


class ForecastRefused(ValueError):
    """There is nothing to forecast; the message is an English one of the catalogue."""


@dataclass
class Forecast:
    """What the remaining nights of a month would still close for a practice's clients, by account and currency.

    An invoice that waits and would be rejected counts against it.
    """

    since: date
    until: date
    nights: int = 0
    fees: dict[tuple[int, str], Decimal] = field(default_factory=dict)
    rejected: dict[int, str] = field(default_factory=dict)
    held: dict[int, str] = field(default_factory=dict)

    def stored(self) -> dict[str, object]:
        """For a job's result: money as text."""
        totals: dict[str, Decimal] = defaultdict(Decimal)
        for (_account, currency), amount in self.fees.items():
            totals[currency] += amount
        return {
            "since": self.since.isoformat(),
            "until": self.until.isoformat(),
            "nights": self.nights,
            "totals": {currency: str(amount) for currency, amount in sorted(totals.items())},
            "fees": [[account, currency, str(amount)] for (account, currency), amount in sorted(self.fees.items())],
            "rejected": [[account, reason] for account, reason in sorted(self.rejected.items())],
            "held": [[account, reason] for account, reason in sorted(self.held.items())],
        }


class _Undone(Exception):
    """Takes the answer out of the transaction that it rolls back."""

    def __init__(self, found: Forecast) -> None:
        super().__init__()
        self.found = found


def forecast(*, practice: int, accounts: Sequence[int], month: Month, at: datetime) -> Forecast:
    """Run the nights that are left of the month for these accounts; ForecastRefused where none is left or one runs."""
    with as_role("night"):
        try:
            with transaction.atomic(using="night"):
                raise _Undone(_run(practice, sorted(accounts), month, at))
        except _Undone as answer:
            return answer.found


def _run(practice: int, accounts: Sequence[int], month: Month, at: datetime) -> Forecast:
    last = Run.unscoped.order_by("-day").first()
    if last is None or not accounts:
        raise ForecastRefused(gettext_noop("No night has been sealed yet."))
    if last.state in (RunState.RUNNING, RunState.WAITING):
        raise ForecastRefused(gettext_noop("The night is at work; try again when it is done."))
    nights = [day for day in calendar().between(month.first, month.ends) if day > last.day]
    if not nights:
        raise ForecastRefused(
            gettext_noop("Every night of that month has been run; there is nothing left to forecast.")
        )
    found = Forecast(since=nights[0], until=nights[-1], nights=len(nights))
    lo, hi = accounts[0], accounts[-1] + 1
    runs = []
    with cursor() as cur:
        cur.execute(PATIENCE)
        for day in calendar().between(last.day + timedelta(days=1), month.ends):
            _values(cur, last.day, day, accounts)
            runs.append(_night(day, at, lo, hi))
        _read(cur, found, practice, accounts, runs, nights[0])
    return found


def _values(cur, known: date, day: date, accounts: Sequence[int]) -> None:
    """The last known values again, without flows."""
    cur.execute("SELECT broker_ensure_partitions(%s, %s), fees_ensure_month(%s)", [day, day, day])
    cur.execute(
        "INSERT INTO broker_navdaily (nav_date, account_id, nlv, flow, currency)"
        " SELECT %s, account_id, nlv, 0, currency FROM broker_navdaily n WHERE nav_date = %s AND account_id = ANY(%s)"
        " AND NOT EXISTS (SELECT 1 FROM broker_navdaily k WHERE k.nav_date = %s AND k.account_id = n.account_id)",
        [day, known, list(accounts), day],
    )


def _night(day: date, at: datetime, lo: int, hi: int) -> int:
    """The billing stages of one night, in its order."""
    run = Run.unscoped.create(day=day, state=RunState.RUNNING, asked_at=at, started_at=at)
    lag, results_lag = settings.POSTING_LAG_BUSINESS_DAYS, settings.PROFIT_POSTING_LAG_BUSINESS_DAYS
    accrue_chunk(run, day, lo, hi, 0)
    close_chunk(run, day, lo, hi, 0, lag=lag, results_lag=results_lag)
    for place, (name, work) in enumerate((("invoices", invoices_chunk), ("post", post_chunk)), start=1):
        stage = RunStage.unscoped.create(run=run, name=name, ordinal=place)
        work(run, day, lo, hi, RunChunk.unscoped.create(stage=stage, lo=lo, hi=hi).pk)
    return run.pk


def _read(cur, found: Forecast, practice: int, accounts: Sequence[int], runs: list[int], since: date) -> None:
    asked = {"practice": practice, "accounts": list(accounts), "runs": runs, "since": since}
    cur.execute(
        f"""
        SELECT account_id, currency, sum(amount)
          FROM (SELECT account_id, currency, {SQL_TAKEN} AS amount FROM fees_charge
                 WHERE run_id = ANY(%(runs)s) AND practice_id = %(practice)s AND period_end_day >= %(since)s
                   AND state NOT IN ('zero', 'written_off')
                UNION ALL
                SELECT account_id, currency, -amount FROM fees_invoice
                 WHERE practice_id = %(practice)s AND state = 'rejected' AND business_day >= %(since)s) m
         WHERE account_id = ANY(%(accounts)s) GROUP BY 1, 2
        """,
        asked,
    )
    found.fees = {(account, currency): amount for account, currency, amount in cur.fetchall()}
    cur.execute(
        "SELECT account_id, min(reason) FROM fees_invoice WHERE practice_id = %(practice)s AND state = 'rejected'"
        " AND account_id = ANY(%(accounts)s) AND business_day >= %(since)s GROUP BY 1",
        asked,
    )
    found.rejected = dict(cur.fetchall())
    cur.execute(
        "SELECT account_id, min(reason) FROM accounts_hold WHERE account_id = ANY(%(accounts)s)"
        " AND day >= %(since)s AND resolved_at IS NULL GROUP BY 1",
        asked,
    )
    found.held = dict(cur.fetchall())
