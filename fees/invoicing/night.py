"""The night's invoices: each pending one of the day is paid into the master's clearing book, or rejected with a reason.

An invoice is paid whole or not at all, and is never tried twice. What the cash of an STL master lacks comes from
its subs, as for any fee of the group.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from accounts.broker.funds.queries import available_cash
from accounts.ground.access.context import cursor
from accounts.ground.ledger.models import BookKind, TransferKind
from accounts.ground.ledger.sets import sql_digest_of, sql_open_books, sql_post
from accounts.ground.runs.models import Run
from accounts.ground.runs.queries import sql_held_back
from accounts.ground.runs.results import ChunkResult
from accounts.ground.tree.models import Kind, Margin, Status
from fees.accrual.statements import among, guard_against_loops
from fees.engine.draw import Collected, collect
from fees.engine.rolling_cap import Window, chargeable
from fees.groups.drawing import GROUPED, NONE, NOTHING_DRAWN, Decided, sql_books, sql_drawn, written
from fees.groups.queries import Purses, purses_of
from fees.headroom.queries import windows
from fees.invoicing.models import Rejection
from fees.sending.actions import barrier

ACCOUNTS_AT_ONCE = 200


class Waiting(NamedTuple):
    """A pending invoice with what decides about it."""

    id: str
    account: int
    amount: Decimal
    currency: str
    status: str
    kind: str
    margin_kind: str
    is_payee_above: bool
    is_approved: bool


def prepare_invoices(run: Run, day: date) -> None:
    """In the transaction that begins the stage: from here on an invoice for `day` counts for the day after."""
    barrier(alone=True)


def invoices_chunk(
    run: Run, day: date, lo: int, hi: int, chunk_id: int, *, only: Sequence[int] | None = None
) -> ChunkResult:
    """Pay or reject the invoices of accounts lo <= id < hi, or of `only` some of them, that are due by `day`."""
    paid, rejected = [], {}
    with cursor() as cur:
        for batch in _waiting(cur, day, among("i.account_id", lo, hi, only)):
            seen = windows({one.account for one in batch}, day)
            purses: dict[tuple[int, str], Purses] = {}
            for one in batch:
                key = one.account, one.currency
                has = purses.get(key) or _purses(cur, one, day)
                reason, collected = _decided(one, has, seen[one.account])
                if reason:
                    rejected[one.id] = reason
                else:
                    paid.append(Decided(one.id, collected))
                    has = has.after(one.amount, collected)
                    seen[one.account] = [window.less(one.amount) for window in seen[one.account]]
                purses[key] = has
        _reject(cur, rejected)
        return _pay(cur, run, day, chunk_id, paid)


def _waiting(cur, day: date, within: str) -> Iterator[list[Waiting]]:
    """Whole accounts at a time, in the order in which their invoices were sent; of accounts held back none."""
    cur.execute(
        f"""
        SELECT i.id::text, i.account_id, i.amount, i.currency, a.status, a.kind, a.margin_kind,
               p.id = a.practice_id OR p.firm_id = a.firm_id AND p.level = 1 OR app_pays_manager(a.id, p.id),
               NOT i.needs_approval OR i.approved_at IS NOT NULL
          FROM fees_invoice i JOIN accounts_account a ON a.id = i.account_id
               JOIN accounts_practice p ON p.id = i.practice_id
         WHERE i.state = 'pending' AND i.business_day <= %s AND {within}
           AND i.account_id NOT IN ({sql_held_back(day)})
         ORDER BY i.account_id, i.business_day, i.submitted_at, i.id
           FOR NO KEY UPDATE OF i
        """,
        [day],
    )
    by_account: dict[int, list[Waiting]] = defaultdict(list)
    for row in cur.fetchall():
        by_account[row[1]].append(Waiting(*row))
    accounts = sorted(by_account)
    for first in range(0, len(accounts), ACCOUNTS_AT_ONCE):
        yield [one for account in accounts[first : first + ACCOUNTS_AT_ONCE] for one in by_account[account]]


def _purses(cur, one: Waiting, day: date) -> Purses:
    """What the payer has before the night's invoices; an STL master has its subs beside it."""
    if one.kind == Kind.STL_MASTER:
        return purses_of(cur, one.account, one.currency, day)
    if one.margin_kind != Margin.CASH:
        return Purses(None, {}, may_borrow=True)
    cash = available_cash(account_id=one.account, currency=one.currency, day=day)
    # An account of which no cash was ever reported is not stopped: nothing says that it lacks the money.
    return Purses(cash.amount if cash is not None else None, {}, may_borrow=False)


def _decided(one: Waiting, has: Purses, seen: Sequence[Window]) -> tuple[Rejection | None, Collected]:
    """Why it is rejected, or how it is collected."""
    [collected] = collect([one.amount], master=has.master, subs=has.subs, may_borrow=has.may_borrow)
    if not one.is_payee_above:
        return Rejection.BAD_ACCOUNT, collected
    if not one.is_approved:
        return Rejection.NOT_APPROVED, collected
    if one.status != Status.OPEN:
        return Rejection.RESTRICTED, collected
    if chargeable(one.amount, seen) < one.amount:
        return Rejection.FEE_CAP, collected
    return (Rejection.FUNDS if collected.waits else None), collected


def _reject(cur, rejected: dict[str, Rejection]) -> None:
    cur.execute(
        "UPDATE fees_invoice i SET state = 'rejected', reason = r.reason"
        " FROM unnest(%s::uuid[], %s::text[]) AS r (id, reason) WHERE i.id = r.id AND i.state = 'pending'",
        [list(rejected), [str(reason) for reason in rejected.values()]],
    )


def _pay(cur, run: Run, day: date, chunk_id: int, paid: Sequence[Decided]) -> ChunkResult:
    """One statement, so that an invoice is processed only where the ledger took its movement."""
    going = """
        SELECT i.id, i.id AS source, i.id AS txn, i.firm_id, i.account_id, i.practice_id, i.currency, i.amount,
               %(day)s::date AS day, %(run)s::bigint AS run_id, %(chunk)s::bigint AS chunk_id
          FROM fees_invoice i WHERE i.id = ANY(%(paid)s::uuid[]) AND i.state = 'pending'"""
    guard_against_loops(cur, len(paid))
    values = {"day": day, "run": run.pk, "chunk": chunk_id, "paid": [one.id for one in paid], "draws": written(paid)}
    cur.execute(sql_open_books(f"({going})", BookKind.CLIENT), values)
    cur.execute(sql_open_books(f"({going})", BookKind.CLEARING), values)
    draws = values["draws"] != NONE
    if draws:
        cur.execute(sql_books(going), values)
    moved = sql_post("going", kind=TransferKind.INVOICE.value, debit=BookKind.CLIENT, credit=BookKind.CLEARING)
    cur.execute(
        f"""
        WITH going AS MATERIALIZED ({going}), grouped AS MATERIALIZED ({GROUPED}), moved AS ({moved}),
        {sql_drawn("going") if draws else NOTHING_DRAWN.format(moved="moved")},
        written AS (SELECT * FROM moved UNION ALL SELECT * FROM drawn),
        done AS (
            UPDATE fees_invoice i SET state = 'processed', processed_on = %(day)s, run_id = %(run)s
              FROM moved m WHERE i.id = m.source)
        SELECT count(*), coalesce(sum(amount), 0), {sql_digest_of("written")} FROM moved
        """,
        values,
    )
    rows, total, digest = cur.fetchone()
    return ChunkResult(rows=rows, total=total, digest=digest)
