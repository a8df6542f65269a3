"""The night's adjustments: fees of closed periods are worked out again where a value or the account's life is known
better now, and what differs is a charge of its own.  Nothing that was charged is ever edited.
"""

import json
from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from accounts.ground.days.queries import calendar
from accounts.ground.runs.actions import hold_accounts
from fees.accrual.statements import day_literal
from fees.adjustments.candidates import RECENT, candidates, since_of
from fees.adjustments.queries import billed, revisions
from fees.engine import results
from fees.engine.adjustment import Billed, difference, text
from fees.engine.charge import MissingNav, recompute
from fees.engine.executions import MissingCommission, day_total
from fees.engine.executions import text as executions_text
from fees.engine.inputs import inputs_text, stored_fingerprint
from fees.engine.investments import ONE_DAY, MissingValuation
from fees.engine.investments import fee as investments_fee
from fees.engine.investments import text as investments_text
from fees.engine.profit import ProfitFee
from fees.engine.quotes import MissingPrice
from fees.engine.registry import EVERY, FUND_CODES, PROFIT_CODES, TRADE_CODES
from fees.engine.results import Measured, MissingBegin, MissingValues
from fees.funds.closing import HOLD_TITLES
from fees.funds.evidence import measured_again as investments_again
from fees.funds.evidence import valuations_then
from fees.funds.queries import NO_VALUATION, valuations_barrier
from fees.funds.statements import keep_again
from fees.posting.closing import FINGERPRINTS, Closing, within
from fees.posting.keys import charge_id, trades_charge_id
from fees.posting.models import Charge
from fees.proofs.evidence import evidence
from fees.results.closing import Closed, result_columns
from fees.results.evidence import measured_again, was_read_once
from fees.trades import closing as trades
from fees.trades.evidence import MissingExecution, fees_again
from fees.trades.queries import NO_RATE
from portal.lib.fingerprint import sql_digest
from portal.lib.periods import period_of

# An account that is missing a value is held by the accruing stage and looked at again when the value is there; one that
# is missing what an investment is worth, or the rate of a commission, is held here.
WAITS = (MissingNav, MissingValues, MissingBegin, MissingPrice, MissingExecution, MissingCommission)


@dataclass(frozen=True, kw_only=True)
class Again:
    """A fee as it comes out now: its exact figure and amount, its text, and the last day it is charged for."""

    fee: Billed
    inputs: str
    ends: date
    measured: Measured | None = None
    result: ProfitFee | None = None


def adjust(cur, closing: Closing) -> Closed:
    """Write what differs for accounts in range; later periods of a fee on profit follow the earlier ones."""
    closed = Closed()
    valuations_barrier(alone=False)
    since = since_of(cur, closing)
    keep_again(
        cur,
        within(closing, "c.account_id"),
        since=closing.day - RECENT,
        came=since.held_back or since.night_before,
        run_id=closing.run_id,
    )
    # Not the transaction's own instant: what was replaced while it waited is seen, and the proof must know that.
    cur.execute("SELECT clock_timestamp()")
    at = cur.fetchone()[0]
    for account, practice, method, starts, currency in candidates(cur, closing, since):
        found = revisions(
            Charge(account_id=account, practice_id=practice, method=method, starts=starts, currency=currency)
        )
        if not found:
            continue
        try:
            again = worked_out(found[0], revision=len(found), at=at)
        except MissingValuation as missing:
            _wait(found[0], missing)
            continue
        except MissingCommission as missing:
            # As what was never charged waits for its rate: each night asks again.
            detail = {account: f"{missing.currency} {missing.day.isoformat()}"}
            title = trades.HOLD_TITLES[NO_RATE]
            hold_accounts(details=detail, day=closing.day, stage="close", reason=NO_RATE, title=title)
            continue
        except WAITS:
            continue
        if _differs(cur, found, again):
            _write(cur, closing, found, again, at, closed)
    return closed


def worked_out(first: Charge, *, revision: int, at: datetime) -> Again:
    """The fee of a closed period with everything known at `at`; raises one of WAITS, or MissingValuation, where a value
    is missing."""
    if first.method in TRADE_CODES:
        return _trades_again(first, at=at)
    charge = _as_of(first, revision=revision, at=at)
    nothing = Again(fee=Billed(first.exact * 0, first.amount * 0), inputs="", ends=charge.ends)
    if first.account.closed_on is not None and first.account.closed_on <= first.starts:
        return nothing
    known = evidence(charge)
    if charge.method in PROFIT_CODES:
        measured = measured_again(charge, known, once=was_read_once(first, evidence(first)))
        if measured is None:
            return nothing
        fee = measured.fee()
        return Again(fee=Billed(fee.exact, fee.amount), inputs=results.text(measured, fee), ends=charge.ends,
                     measured=measured, result=fee)  # fmt: skip
    if charge.method in FUND_CODES:
        investments = investments_again(charge, known, valuations_then([charge])[charge.pk])
        if investments is None:
            return nothing
        fee_again = Billed(*investments_fee(investments, charge.currency))
        return Again(fee=fee_again, inputs=investments_text(investments), ends=charge.ends)
    again = recompute(
        method=charge.method,
        nav=known.nav,
        terms=known.terms,
        calendar=known.calendar,
        period=known.period,
        currency=charge.currency,
    )
    if again is None:
        return nothing
    return Again(fee=Billed(again.exact, again.amount), inputs=inputs_text(again), ends=charge.ends)


def _trades_again(first: Charge, *, at: datetime) -> Again:
    """The executions that were charged, as statements tell them by now; one that was cancelled costs nothing."""
    charge = copy(first)
    charge.created_at = at
    fees = fees_again(charge)
    return Again(fee=Billed(*day_total(fees, charge.currency)), inputs=executions_text(fees), ends=first.ends)


def _wait(first: Charge, missing: MissingValuation) -> None:
    """Hold the account under the day that closed the period, or the account in it: nights look for the value again."""
    period = period_of(EVERY[first.method].frequency, first.starts)
    day = calendar().on_or_before(min(first.ends, period.ends - ONE_DAY))
    detail = f"{missing.fund} {missing.day.isoformat()}"
    hold_accounts(
        details={first.account_id: detail}, day=day, stage="close", reason=NO_VALUATION, title=HOLD_TITLES[NO_VALUATION]
    )


def _as_of(first: Charge, *, revision: int, at: datetime) -> Charge:
    """The charge as an adjustment of it would be: looked at now, and ending with its account."""
    charge = copy(first)
    charge.revision, charge.created_at = revision, at
    period = period_of(EVERY[first.method].frequency, first.starts)
    closed_on = first.account.closed_on
    charge.ends = period.ends if closed_on is None or closed_on <= first.starts else min(period.ends, closed_on)
    return charge


def _differs(cur, found: list[Charge], again: Again) -> bool:
    if difference(billed(found), again.fee) != Billed(again.fee.exact * 0, again.fee.amount * 0):
        return True
    return again.result is not None and _result_differs(cur, found[-1], again)


def _result_differs(cur, last: Charge, again: Again) -> bool:
    """A period may cost the same and yet leave other losses to those after it."""
    assert again.measured is not None
    assert again.result is not None
    cur.execute(
        "SELECT profit, withdrawn, carried::text FROM fees_periodresult WHERE charge_id = %s",
        [last.pk],
    )
    profit, withdrawn, carried = cur.fetchone()
    columns = result_columns(again.measured, again.result)
    return (profit, withdrawn, json.loads(carried)) != (
        again.result.profit,
        again.measured.withdrawn,
        columns["carried"],
    )


def _write(cur, closing: Closing, found: list[Charge], again: Again, at: datetime, closed: Closed) -> None:
    first, so_far = found[0], billed(found)
    changed = difference(so_far, again.fee)
    words = text(so_far, again.inputs)
    row: dict[str, object] = {
        "id": str(_id(first, revision=len(found))),
        "first": str(first.pk),
        "revision": len(found),
        "at": at.isoformat(),
        "ends": again.ends.isoformat(),
        "exact": format(changed.exact, "f"),
        "amount": format(changed.amount, "f"),
        "reason": "" if changed.amount else "below_unit" if changed.exact else "no_change",
        "inputs": words,
        "fingerprint": stored_fingerprint(
            account=first.account.number, payee=first.practice_id, method=first.method, starts=first.starts,
            ends=again.ends, currency=first.currency, exact=changed.exact, amount=changed.amount, inputs=words,
        ),
        "result": result_columns(again.measured, again.result) if again.measured and again.result else None,
    }  # fmt: skip
    rows, total, digest = _insert(cur, closing, [row])
    closed.rows += rows
    closed.total += total
    if rows:
        closed.digests.append(digest)


def _id(first: Charge, *, revision: int) -> UUID:
    account, practice, starts = first.account_id, first.practice_id, first.starts
    if first.method in TRADE_CODES:
        return trades_charge_id(
            account_id=account, practice_id=practice, starts=starts, currency=first.currency, revision=revision
        )
    return charge_id(account_id=account, practice_id=practice, method=first.method, starts=starts, revision=revision)


def _insert(cur, closing: Closing, rows: Iterable[dict[str, object]]):
    """Due at once, but never before the fee itself."""
    cur.execute(
        f"""
        WITH p AS (
            SELECT f.firm_id, f.account_id, f.practice_id, f.method, f.starts, f.period_end_day, f.currency,
                   f.due_on, x.*
              FROM jsonb_to_recordset(%s) AS x (
                   id uuid, first uuid, revision int, at timestamptz, ends date, exact numeric, amount numeric,
                   reason text, inputs text, fingerprint text, result jsonb)
              JOIN fees_charge f ON f.id = x.first
        ), charged AS (
            INSERT INTO fees_charge (id, firm_id, account_id, practice_id, method, starts, ends, period_end_day,
                                     currency, exact, amount, state, reason, due_on, inputs, fingerprint, run_id,
                                     revision, created_at)
            SELECT id, firm_id, account_id, practice_id, method, starts, ends, period_end_day, currency, exact, amount,
                   CASE WHEN amount = 0 THEN 'zero' ELSE 'due' END, reason,
                   greatest(due_on, {day_literal(closing.day)}), inputs, fingerprint, {closing.run_id}, revision, at
              FROM p
            ON CONFLICT DO NOTHING
            RETURNING id, exact, fingerprint
        ), kept AS (
            INSERT INTO fees_periodresult (charge_id, firm_id, account_id, practice_id, method, period, component_id,
                                           profit, recovered, chargeable, surplus, withdrawn, carried, revision)
            SELECT p.id, p.firm_id, p.account_id, p.practice_id, p.method, r.period, r.component_id, r.profit,
                   r.recovered, r.chargeable, r.surplus, r.withdrawn, r.carried, p.revision
              FROM p CROSS JOIN LATERAL jsonb_to_record(p.result) AS r (
                   period int, component_id int, profit numeric, recovered numeric, chargeable numeric,
                   surplus numeric, withdrawn numeric, carried jsonb)
             WHERE p.result IS NOT NULL AND p.id IN (SELECT id FROM charged)
        )
        SELECT count(*), coalesce(sum(exact), 0), {sql_digest(FINGERPRINTS)} FROM charged
        """,
        [json.dumps(list(rows))],
    )
    return cur.fetchone()
