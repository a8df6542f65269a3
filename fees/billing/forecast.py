"""What a month would come to: its remaining nights are run by the night's own code, and everything is rolled back.

Values stay as they were on the last sealed day.  Nothing is kept but the answer.  Accounts are looked at a few at a
time, each few in a short transaction of its own that touches nobody else's rows, so that no night waits for it.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction

from accounts.ground.access.context import as_role, cursor
from accounts.ground.days.queries import calendar
from accounts.ground.runs.models import Run, RunState
from fees.accrual.night import accrue_chunk
from fees.billing.rules import Month
from fees.invoicing.night import invoices_chunk
from fees.posting.close import close_chunk
from fees.posting.models import SQL_TAKEN
from fees.posting.posting import post_chunk
from portal.lib.words import gettext_noop

# So many accounts a transaction, which is then over within seconds: a night that begins meanwhile hardly waits.
AT_ONCE = 200
# It gives way at once to whoever holds a row, and is ended where a statement or a few accounts take too long.
PATIENCE = """
SELECT set_config(name, CASE name WHEN 'lock_timeout' THEN '1s' ELSE '20s' END, true) FROM pg_settings
 WHERE name IN ('lock_timeout', 'statement_timeout', 'transaction_timeout')"""
AT_WORK = gettext_noop("The night is at work; try again when it is done.")
TOO_LONG = gettext_noop("The forecast took too long; ask for it again when less is going on.")


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

    def add(self, other: "Forecast") -> None:
        """What other accounts come to."""
        self.fees |= other.fees
        self.rejected |= other.rejected
        self.held |= other.held

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


def forecast(
    *,
    practice: int,
    accounts: Sequence[int],
    month: Month,
    at: datetime,
    may_go_on: Callable[[], bool] = lambda: True,
) -> Forecast:
    """Run the nights that are left of the month for these accounts.

    ForecastRefused where none is left, while a night is at work, and once `may_go_on` says that it takes too long.
    """
    with as_role("night"):
        with transaction.atomic(using="night"):
            last, nights = _left(month)
        days = [day for day in nights if day >= month.first]
        if not (days and accounts):
            raise ForecastRefused(
                gettext_noop("Every night of that month has been run; there is nothing left to forecast.")
            )
        found = Forecast(since=days[0], until=days[-1], nights=len(days))
        for some in _few(accounts):
            if not may_go_on():
                raise ForecastRefused(TOO_LONG)
            try:
                with transaction.atomic(using="night"):
                    raise _Undone(_run(practice, some, last, nights, found, at))
            except _Undone as answer:
                found.add(answer.found)
            except (OperationalError, InterfaceError) as late:
                raise ForecastRefused(TOO_LONG) from late
    return found


def _left(month: Month) -> tuple[date, list[date]]:
    """The last night, and those that are left until the end of the month; their tables are made and stay."""
    last = Run.unscoped.order_by("-day").first()
    if last is None:
        raise ForecastRefused(gettext_noop("No night has been sealed yet."))
    if last.state in (RunState.RUNNING, RunState.WAITING):
        raise ForecastRefused(AT_WORK)
    since = last.day + timedelta(days=1)
    nights = calendar().between(since, month.ends) if since < month.ends else []
    with cursor() as cur:
        for first in sorted({day.replace(day=1) for day in nights}):
            cur.execute("SELECT broker_ensure_partitions(%s, %s), fees_ensure_month(%s)", [first, first, first])
    return last.day, nights


def _few(accounts: Sequence[int]) -> Iterator[list[int]]:
    """The accounts, a few at a time, whoever else's lie between them."""
    ordered = sorted(set(accounts))
    for first in range(0, len(ordered), AT_ONCE):
        yield ordered[first : first + AT_ONCE]


def _run(
    practice: int, accounts: Sequence[int], last: date, nights: Sequence[date], asked: Forecast, at: datetime
) -> Forecast:
    found = Forecast(since=asked.since, until=asked.until)
    if Run.unscoped.filter(day__gte=last).exclude(day=last, state__in=(RunState.DONE, RunState.HELD)).exists():
        raise ForecastRefused(AT_WORK)
    with cursor() as cur:
        cur.execute(PATIENCE)
        for number, day in enumerate(nights, start=1):
            _values(cur, last, day, accounts)
            _night(-number, day, at, accounts)
        _read(cur, found, practice, accounts, len(nights))
    return found


def _values(cur, known: date, day: date, accounts: Sequence[int]) -> None:
    """The last known values again, without flows."""
    cur.execute(
        "INSERT INTO broker_navdaily (nav_date, account_id, nlv, flow, currency)"
        " SELECT %s, account_id, nlv, 0, currency FROM broker_navdaily n WHERE nav_date = %s AND account_id IN"
        " (SELECT id FROM accounts_account a WHERE a.id = ANY(%s) OR a.stl_id = ANY(%s))"
        " AND NOT EXISTS (SELECT 1 FROM broker_navdaily k WHERE k.nav_date = %s AND k.account_id = n.account_id)",
        [day, known, list(accounts), list(accounts), day],
    )


def _night(number: int, day: date, at: datetime, accounts: Sequence[int]) -> None:
    """The billing stages of one night, in its order; the run is not written down, so the real one can begin."""
    run = Run(pk=number, day=day, state=RunState.RUNNING, asked_at=at, started_at=at)
    within = (accounts[0], accounts[-1] + 1, number)
    lag, results_lag = settings.POSTING_LAG_BUSINESS_DAYS, settings.PROFIT_POSTING_LAG_BUSINESS_DAYS
    accrue_chunk(run, day, *within, only=accounts)
    close_chunk(run, day, *within, lag=lag, results_lag=results_lag, only=accounts)
    invoices_chunk(run, day, *within, only=accounts)
    post_chunk(run, day, *within, only=accounts)


def _read(cur, found: Forecast, practice: int, accounts: Sequence[int], nights: int) -> None:
    asked = {
        "practice": practice,
        "accounts": list(accounts),
        "runs": [-number for number in range(1, nights + 1)],
        "since": found.since,
    }
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
