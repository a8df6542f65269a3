"""Charging executions in the night: one charge for each account, payee and currency of the day, once an execution."""

import json
from collections.abc import Sequence
from datetime import timedelta
from itertools import groupby

from fees.accrual.statements import day_literal
from fees.engine.executions import ExecutionFee, day_total, fee_of, text
from fees.engine.inputs import stored_fingerprint
from fees.engine.registry import TRADE_CODES
from fees.posting.closing import FINGERPRINTS, Closing, within
from fees.posting.keys import trades_charge_id
from fees.results.closing import Closed
from fees.trades.queries import NO_RATE, Waiting, waiting
from portal.lib.fingerprint import sql_digest
from portal.lib.words import gettext_noop

(METHOD,) = TRADE_CODES
AT_ONCE = 2000
HOLD_TITLES = {NO_RATE: gettext_noop("A fee waits for a rate of exchange")}


def close_trades(cur, closing: Closing) -> Closed:
    """Charge what waits; an execution that a later statement brings is charged by the night that first knows it."""
    closed = Closed()
    rows: list[dict[str, object]] = []
    found = []
    for one in waiting(cur, day=closing.day, within=within(closing, "s.account_id")):
        if one.execution.commission is None:
            # It stays uncharged, and each night asks for the rate again.
            detail = f"{one.execution.charged_in} {one.execution.day.isoformat()}"
            closed.held.append((one.account, NO_RATE, detail))
        else:
            found.append(one)
    found.sort(key=_key)
    for _, group in groupby(found, key=_key):
        rows.append(_row(closing, list(group)))
        if len(rows) == AT_ONCE:
            _write(cur, closing, rows, closed)
            rows = []
    _write(cur, closing, rows, closed)
    return closed


def _key(one: Waiting) -> tuple[int, int, str]:
    return one.account, one.practice, one.execution.charged_in


def _row(closing: Closing, found: Sequence[Waiting]) -> dict[str, object]:
    first, currency = found[0], found[0].execution.charged_in
    fees: list[ExecutionFee] = [fee_of(one.terms, one.execution) for one in found]
    exact, amount = day_total(fees, currency)
    words = text(fees)
    starts, ends = closing.day, closing.day + timedelta(days=1)
    return {
        "id": str(
            trades_charge_id(account_id=first.account, practice_id=first.practice, starts=starts, currency=currency)
        ),
        "firm_id": first.firm,
        "account_id": first.account,
        "practice_id": first.practice,
        "currency": currency,
        "exact": format(exact, "f"),
        "amount": format(amount, "f"),
        "reason": "" if amount else "below_unit" if exact else "no_trade_fee",
        "inputs": words,
        "fingerprint": stored_fingerprint(
            account=first.number, payee=first.practice, method=METHOD, starts=starts, ends=ends, currency=currency,
            exact=exact, amount=amount, inputs=words,
        ),
        "trades": [
            {"trade": one.trade, "component": fee.component, "outcome": fee.outcome, "exact": format(fee.exact, "f")}
            for one, fee in zip(found, fees, strict=True)
        ],
    }  # fmt: skip


def _write(cur, closing: Closing, rows: list[dict[str, object]], closed: Closed) -> None:
    if not rows:
        return
    day = day_literal(closing.day)
    cur.execute(
        f"""
        WITH p AS (
            SELECT * FROM jsonb_to_recordset(%s) AS p (
                id uuid, firm_id bigint, account_id bigint, practice_id bigint, currency text, exact numeric,
                amount numeric, reason text, inputs text, fingerprint text, trades jsonb)
        ), charged AS (
            INSERT INTO fees_charge (id, firm_id, account_id, practice_id, method, starts, ends, period_end_day,
                                     currency, exact, amount, state, reason, due_on, inputs, fingerprint, run_id,
                                     revision)
            SELECT id, firm_id, account_id, practice_id, {METHOD}, {day}, {day} + 1, {day}, currency, exact, amount,
                   CASE WHEN amount = 0 THEN 'zero' ELSE 'due' END, reason, {day_literal(closing.due_on)}, inputs,
                   fingerprint, {closing.run_id}, 0
              FROM p
            ON CONFLICT DO NOTHING
            RETURNING id, exact, fingerprint
        ), kept AS (
            INSERT INTO fees_tradefee (firm_id, account_id, practice_id, trade_id, charge_id, component_id, outcome,
                                       exact, currency)
            SELECT p.firm_id, p.account_id, p.practice_id, one.trade, p.id, one.component, one.outcome, one.exact,
                   p.currency
              FROM p CROSS JOIN LATERAL jsonb_to_recordset(p.trades)
                                AS one (trade bigint, component int, outcome text, exact numeric)
             WHERE p.id IN (SELECT id FROM charged)
        )
        SELECT count(*), coalesce(sum(exact), 0), {sql_digest(FINGERPRINTS)} FROM charged
        """,
        [json.dumps(rows)],
    )
    count, total, digest = cur.fetchone()
    closed.rows += count
    closed.total += total
    if count:
        closed.digests.append(digest)
