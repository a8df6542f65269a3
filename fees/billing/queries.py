"""One month of a practice's billing, from what has accrued to what the broker has booked; a few queries a page."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db.models import Exists, QuerySet, Subquery

from accounts.ground.access.context import Who, cursor
from accounts.ground.access.scope import scope
from accounts.ground.days.queries import calendar
from accounts.ground.jobs.models import Job, JobState
from accounts.ground.tree.models import HOLDING_KINDS, Account, Practice
from fees.billing.models import BillingLock, BillingRule
from fees.billing.rules import EXCEPTIONS, Exceptional, Line, Month, Severity, Sums
from fees.invoicing.models import Invoice
from fees.reimbursements.models import Reimbursement
from fees.sending.queries import of_own_practice
from portal.lib.words import gettext_noop

MOST_EXCEPTIONS = 2000
MOST_WAITING = 50
KIND = "forecast"
POLLED = (JobState.WAITING, JobState.RUNNING)
# Far longer than a forecast's own limits let it run: its worker is gone.
LOST_AFTER = timedelta(hours=1)
LOST = gettext_noop("The forecast was interrupted; ask for it again.")
# Longer than a worker is ever busy with something else before it.
BEGUN_WITHIN = timedelta(minutes=10)
NOT_BEGUN = gettext_noop("The forecast has not been begun in ten minutes; ask for it again.")
INFOS = [code for code, (severity, _words) in EXCEPTIONS.items() if severity == Severity.INFO]

# What a practice is paid in two months: account, currency, day that it counts for, what is taken, how far it has got.
_MONEY = """
    SELECT c.account_id, c.currency, c.period_end_day AS day, c.amount - coalesce(c.forgone, 0) AS amount,
           CASE WHEN c.state IN ('due', 'deferred') OR c.posted_on > %(sealed)s THEN 'pending' ELSE 'moved' END
           AS place, c.id AS source
      FROM fees_charge c
     WHERE c.practice_id = %(practice)s AND c.period_end_day >= %(since)s AND c.period_end_day < %(ends)s
       AND c.period_end_day <= %(sealed)s AND c.state NOT IN ('zero', 'written_off') {c}
    UNION ALL
    SELECT i.account_id, i.currency, i.business_day, i.amount,
           CASE WHEN i.state = 'pending' OR i.processed_on > %(sealed)s THEN 'pending' ELSE 'moved' END, i.id
      FROM fees_invoice i
     WHERE i.practice_id = %(practice)s AND i.business_day >= %(since)s AND i.business_day < %(ends)s
       AND i.state IN ('pending', 'processed') {i}
    UNION ALL
    SELECT g.account_id, g.currency, g.business_day, -g.amount,
           CASE WHEN g.state = 'pending' OR g.processed_on > %(sealed)s THEN 'pending' ELSE 'moved' END, g.id
      FROM fees_reimbursement g
     WHERE g.practice_id = %(practice)s AND g.business_day >= %(since)s AND g.business_day < %(ends)s
       AND g.state IN ('pending', 'processed') {g}"""
# Lines of days whose period has not closed yet.
_ACCRUED = """
    SELECT l.account_id, a.base_currency, l.accrual_date, l.amount, 'projected', NULL::uuid
      FROM fees_accrual l
      JOIN fees_component k ON k.id = l.component_id
      JOIN fees_schedule s ON s.id = k.schedule_id AND s.practice_id = %(practice)s
      JOIN accounts_account a ON a.id = l.account_id
     WHERE l.accrual_date >= %(starts)s AND l.accrual_date < %(ends)s AND l.accrual_date <= %(sealed)s {l}
       AND NOT EXISTS (SELECT 1 FROM fees_charge c
                        WHERE c.account_id = l.account_id AND c.practice_id = s.practice_id AND c.method = l.method
                          AND c.starts <= l.accrual_date AND c.ends > l.accrual_date)"""
_SUMS = """
    SELECT {key} m.currency, m.day >= %(starts)s AS is_now,
           CASE WHEN m.place <> 'moved' THEN m.place
                WHEN r.transfer_id IS NULL THEN 'processed' ELSE 'reconciled' END AS stands,
           round(sum(m.amount - coalesce(back.amount, 0)), 2)
      FROM ({money} UNION ALL {accrued}) m
      LEFT JOIN accounts_transfer t
             ON t.source = m.source AND t.kind IN ('fee', 'invoice', 'reimburse', 'adjustment')
      LEFT JOIN broker_retirement r ON r.transfer_id = t.id
      LEFT JOIN accounts_transfer back ON back.source = m.source AND back.kind = 'reversal' AND back.day <= %(sealed)s
     GROUP BY {key} m.currency, is_now, stands"""
CASH = "cash"
# What each account has free, asked together with its sums.
_CASH = f"""
    UNION ALL
    SELECT f.account_id, f.currency, true, '{CASH}', f.settled + f.pending
      FROM unnest(%(accounts)s::bigint[]) AS one (id)
     CROSS JOIN LATERAL broker_available_cash(one.id, one.id + 1, %(sealed)s, NULL)
                     AS f (account_id, currency, as_of, settled, pending)"""
# The invoices that the practice has sent, as `of_own_practice`: what a money manager is paid is no money of the
# practice's and in no sum of it, but whether it was paid is the practice's to settle.
_SENT = """i.practice_id = ANY (ARRAY(
           SELECT %(practice)s::bigint UNION ALL
           SELECT m.practice_id FROM accounts_account m WHERE m.firm_id = %(firm)s AND m.kind = 'money_manager'))
       AND (i.practice_id = %(practice)s OR EXISTS (SELECT 1 FROM accounts_account own
                                                     WHERE own.id = i.account_id AND own.practice_id = %(practice)s))"""
_EXCEPTIONS = f"""
    SELECT h.account_id, 'held', count(*) FROM accounts_hold h
     WHERE h.day >= %(starts)s AND h.day < %(ends)s AND h.resolved_at IS NULL AND h.day <= %(sealed)s GROUP BY 1
    UNION ALL
    SELECT c.account_id, CASE WHEN c.state = 'zero' THEN 'no_charge'
                              WHEN c.state = 'written_off' AND c.reason = 'fee_cap' THEN 'over_cap'
                              ELSE c.state END, count(*) FROM fees_charge c
     WHERE c.practice_id = %(practice)s AND c.period_end_day >= %(starts)s AND c.period_end_day < %(ends)s
       AND c.period_end_day <= %(sealed)s AND c.state IN ('deferred', 'written_off', 'zero') AND c.revision = 0
     GROUP BY 1, 2
    UNION ALL
    SELECT i.account_id, CASE i.state WHEN 'rejected' THEN 'invoice_rejected' ELSE 'not_approved' END, count(*)
      FROM fees_invoice i
     WHERE {_SENT} AND i.business_day >= %(starts)s AND i.business_day < %(ends)s
       AND (i.state = 'rejected' OR i.state = 'pending' AND i.needs_approval AND i.approved_at IS NULL) GROUP BY 1, 2
    UNION ALL
    SELECT g.account_id, CASE g.state WHEN 'rejected' THEN 'given_rejected' ELSE 'not_approved' END, count(*)
      FROM fees_reimbursement g
     WHERE g.practice_id = %(practice)s AND g.business_day >= %(starts)s AND g.business_day < %(ends)s
       AND (g.state = 'rejected' OR g.state = 'pending' AND g.needs_approval AND g.approved_at IS NULL) GROUP BY 1, 2
    UNION ALL
    SELECT b.account_id, 'broker_rejected', count(*) FROM broker_instruction b
     WHERE b.practice_id = %(practice)s AND b.day >= %(starts)s AND b.day < %(ends)s AND b.answer = 'rejected'
       AND b.account_id IS NOT NULL
       AND NOT EXISTS (SELECT 1 FROM broker_instruction n WHERE n.transfer_id = b.transfer_id AND n.attempt > b.attempt)
       AND NOT EXISTS (SELECT 1 FROM accounts_transfer t JOIN accounts_transfer back ON back.source = t.source
                        WHERE t.id = b.transfer_id AND back.kind = 'reversal' AND back.day <= %(sealed)s)
     GROUP BY 1"""


def accounts_of(who: Who) -> "QuerySet[Account]":
    """Everybody whose fees the person sets and who holds something."""
    return scope(who, Account, "set_fees").filter(kind__in=HOLDING_KINDS)


def lines(who: Who, month: Month, accounts: Collection[Account], sealed: date, found: list[Exceptional]) -> list[Line]:
    """The grid's lines of these accounts, each currency by itself; an account without money has one empty line."""
    keys = [one.pk for one in accounts]
    sums: dict[int, dict[str, Sums]] = defaultdict(lambda: defaultdict(Sums))
    cash: dict[tuple[int, str], Decimal] = {}
    for pk, currency, is_now, place, amount in _asked(who, month, sealed, keys):
        if place == CASH:
            cash[pk, currency] = amount
        else:
            _add(sums[pk], currency, is_now, place, amount)
    shown: dict[int, list[Exceptional]] = defaultdict(list)
    for one in found:
        shown[one.account_id].append(one)
    made = []
    for account in accounts:
        kept = sums.get(account.pk) or {account.base_currency: Sums()}
        for currency, total in sorted(kept.items()):
            line = Line(account, currency, total, cash.get((account.pk, currency)), exceptions=shown[account.pk])
            if (line.cash is not None and 0 < line.cash < total.pending) or (line.cash == 0 and total.pending > 0):
                line.exceptions = [*line.exceptions, Exceptional(account.pk, "short")]
            made.append(line)
    return made


def totals(who: Who, month: Month, sealed: date) -> dict[str, Sums]:
    """The month of the whole practice, by currency."""
    sums: dict[str, Sums] = defaultdict(Sums)
    for row in _asked(who, month, sealed, None):
        _add(sums, *row)
    return dict(sorted(sums.items()))


def exceptions(who: Who, month: Month, sealed: date) -> list[Exceptional]:
    """What is worth a look in the month, errors first, among the accounts whose fees the person sets."""
    try:
        mine, named = _mine(who)
    except EmptyResultSet:
        return []
    with cursor() as cur:
        # Notes never push errors off the end.
        cur.execute(
            f"SELECT * FROM ({_EXCEPTIONS}) AS e (account_id, code, number) WHERE e.account_id IN ({mine})"
            f" ORDER BY e.code = ANY(%(infos)s), e.account_id, e.code LIMIT {MOST_EXCEPTIONS}",
            {**_values(who, month, sealed), **named, "infos": INFOS},
        )
        found = [Exceptional(*row) for row in cur.fetchall()]
    return sorted(found, key=lambda one: (not one.is_error, one.account_id, one.code))


def _mine(who: Who) -> tuple[str, dict[str, Any]]:
    """The scope of the person's accounts as a query with named values, to be asked together with something else."""
    text, values = accounts_of(who).order_by().values("pk").query.sql_with_params()
    named = {f"mine_{place}": value for place, value in enumerate(values)}
    for name in named:
        text = text.replace("%s", f"%({name})s", 1)
    return text, named


@dataclass(frozen=True, slots=True)
class Standing:
    """What a month's page has besides money: most practices have none of it in most months."""

    is_locked: bool
    is_forecast: bool
    is_waiting: bool
    threshold: Decimal | None
    # What holds until a milder threshold does, and the first business day of that one.
    former: Decimal | None = None
    holds_from: date | None = None


def standing_of(who: Who, month: Month) -> Standing:
    """One question for four, so that what is not there is not asked for."""
    waiting = Exists(_waiting(who, Invoice)) | Exists(_waiting(who, Reimbursement))
    rows = scope(who, Practice).filter(pk=who.practice_id)
    found = rows.annotate(
        is_locked=Exists(_locks(who, month)),
        is_forecast=Exists(_forecasts(who, month)),
        is_waiting=waiting,
        **{name: Subquery(_rules(who.practice_id).values(name)[:1]) for name in ("threshold", "former", "holds_from")},
    ).values_list("is_locked", "is_forecast", "is_waiting", "threshold", "former", "holds_from")
    return Standing(*(found.first() or (False, False, False, None)))


def last_night_left(month: Month, sealed: date) -> date | None:
    """The last business day of the month while its night is to come; None once it is sealed."""
    since = max(month.first, sealed + timedelta(days=1))
    left = calendar().between(since, month.ends) if since < month.ends else []
    return left[-1] if left else None


def lock_of(who: Who, month: Month) -> BillingLock | None:
    """The closing of the month that stands."""
    return _locks(who, month).select_related("locked_by").first()


def forecast_of(who: Who, month: Month, at: datetime) -> Job | None:
    """The person's last forecast of the month; one whose worker was lost or never came reads as failed."""
    job = _forecasts(who, month).order_by("-created_at").first()
    if job and job.state == JobState.RUNNING and job.started_at and job.started_at < at - LOST_AFTER:
        job.state, job.message = JobState.FAILED, LOST
    if job and job.state == JobState.WAITING and job.created_at < at - BEGUN_WITHIN:
        job.state, job.message = JobState.FAILED, NOT_BEGUN
    return job


def waiting_for(who: Who) -> list[Any]:
    """Invoices and reimbursements of the practice that wait for a second person, oldest first."""
    found: list[Any] = []
    for model in (Invoice, Reimbursement):
        rows = _waiting(who, model).select_related("account", "submitted_by")
        found += rows.order_by("submitted_at", "pk")[:MOST_WAITING]
    return found


def locked_months(practice_id: int | None, days: Collection[date]) -> set[date]:
    """Which of these days lie in a month that the practice has closed."""
    months = {day.replace(day=1) for day in days}
    closed = BillingLock.unscoped.filter(practice_id=practice_id, month__in=months, opened_at=None)
    found = set(closed.values_list("month", flat=True))
    return {day for day in days if day.replace(day=1) in found}


def threshold_of(practice_id: int | None, day: date) -> Decimal | None:
    """From which amount on the practice wants a second person for lines of a day; None where it has asked for none."""
    rule = _rules(practice_id).first()
    return rule.on(day) if rule else None


def _locks(who: Who, month: Month) -> "QuerySet[BillingLock]":
    return scope(who, BillingLock).filter(practice_id=who.practice_id, month=month.first, opened_at=None)


def _forecasts(who: Who, month: Month) -> "QuerySet[Job]":
    return Job.unscoped.filter(user_id=who.user_id, seat_id=who.seat_id, kind=KIND, arguments__month=month.text)


def _waiting(who: Who, model: Any) -> "QuerySet[Any]":
    wanted = {"state": "pending", "needs_approval": True, "approved_at": None}
    return scope(who, model).filter(of_own_practice(who), **wanted)


def _rules(practice_id: int | None) -> "QuerySet[BillingRule]":
    return BillingRule.unscoped.filter(practice_id=practice_id)


def _asked(who: Who, month: Month, sealed: date, accounts: Collection[int] | None) -> list[tuple[Any, ...]]:
    narrowed = {
        row: "" if accounts is None else f"AND {row}.account_id = ANY(%(accounts)s)" for row in ("c", "i", "g", "l")
    }
    query = _SUMS.format(
        key="" if accounts is None else "m.account_id,",
        money=_MONEY.format(**narrowed),
        accrued=_ACCRUED.format(**narrowed),
    )
    if accounts is not None:
        query += _CASH
    with cursor() as cur:
        cur.execute(query, {**_values(who, month, sealed), "accounts": list(accounts or ())})
        return cur.fetchall()


def _values(who: Who, month: Month, sealed: date) -> dict[str, Any]:
    return {
        "practice": who.practice_id,
        "firm": who.firm_id,
        "starts": month.first,
        "ends": month.ends,
        "since": month.before.first,
        "sealed": sealed,
    }


def _add(sums: dict[str, Sums], currency: str, is_now: bool, place: str, amount: Decimal) -> None:
    one = sums[currency]
    if is_now:
        setattr(one, place, getattr(one, place) + amount)
    else:
        one.before += amount
