"""Closing periods of fees on investments in hedge funds: the engine, account by account, from what is known of them.

A valuation that nobody has told holds its account: a missing value is never taken for nothing.
"""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import NamedTuple

from accounts.ground.days.queries import calendar
from fees.accrual.statements import day_literal
from fees.engine.inputs import stored_fingerprint
from fees.engine.investments import ONE_DAY, Investment, MissingValuation, Valuation, fee, measure, text, windows
from fees.engine.results import Stretch, stretches_of
from fees.funds import statements
from fees.funds.queries import NO_VALUATION, valuations, valuations_barrier
from fees.posting.closing import FINGERPRINTS, Closing
from fees.posting.keys import charge_id
from fees.results.closing import Closed, agreeing
from fees.results.queries import Key, slices
from fees.results.second_look import Life, agreed_versions, lives_of
from portal.lib.business_days import Calendar
from portal.lib.fingerprint import sql_digest
from portal.lib.words import gettext_noop

HOLD_TITLES = {NO_VALUATION: gettext_noop("A fee on a hedge fund waits for what the investment is worth")}


class Agreed(NamedTuple):
    """One account's and payee's agreed days of a period, which ends `until` (not included)."""

    life: Life
    stretches: list[Stretch]
    until: date


def close_funds(cur, closing: Closing) -> Closed:
    """Write the charge of every account in range that agreed a fee on funds for the period, or hold the account."""
    closed = Closed()
    days = calendar()
    for accounts in slices(agreeing(cur, closing)):
        _close_slice(cur, replace(closing, only=accounts, lo=accounts[0], hi=accounts[-1] + 1), accounts, days, closed)
    return closed


def _close_slice(cur, closing: Closing, accounts: Sequence[int], days: Calendar, closed: Closed) -> None:
    found = _agreed(cur, closing, accounts, days)
    valuations_barrier(alone=False)
    statements.keep(cur, _wanted(found, days), run_id=closing.run_id)
    # Not the transaction's own instant: what was told while it waited is read, and the proof must know that.
    cur.execute("SELECT clock_timestamp()")
    at: datetime = cur.fetchone()[0]
    known = valuations(cur, accounts, until=closing.period.ends, at=at)
    rows = []
    for key, one in sorted(found.items()):
        try:
            investments = investments_of(one, known.get(key[0], []), days)
        except MissingValuation as missing:
            closed.held.append((key[0], NO_VALUATION, f"{missing.fund} {missing.day.isoformat()}"))
        else:
            rows.append(_row(closing, key, one, investments))
    _write(cur, closing, rows, at, closed)


def investments_of(one: Agreed, known: Sequence[Valuation], days: Calendar) -> list[Investment]:
    """The period's investments; MissingValuation says what is not known."""
    return measure(one.stretches, known, until=one.until, days=days)


def _agreed(cur, closing: Closing, accounts: Sequence[int], days: Calendar) -> dict[Key, Agreed]:
    """Read from what was agreed, not from the flattened rows."""
    lives = lives_of(cur, accounts, closing)
    found = {}
    for key, terms in agreed_versions(cur, closing.methods, accounts).items():
        life = lives.get(key[0])
        if life is None:
            continue
        stretches = stretches_of(
            terms, period=closing.period, opened_on=life.opened_on, closed_on=life.closed_on, days=days
        )
        if stretches:
            until = min(closing.period.ends, life.closed_on or closing.period.ends)
            found[key] = Agreed(life, stretches, until)
    return found


def _wanted(found: dict[Key, Agreed], days: Calendar) -> list[statements.Wanted]:
    return [
        statements.Wanted(account, window, one.stretches[0].before - ONE_DAY)
        for (account, _practice, _method), one in found.items()
        for window in windows(one.stretches, until=one.until, days=days)
    ]


def _row(closing: Closing, key: Key, one: Agreed, investments: Sequence[Investment]) -> dict[str, object]:
    account, practice, method = key
    exact, amount = fee(investments, one.life.currency)
    words = text(investments)
    ends = one.until if closing.closed_accounts else closing.period.ends
    return {
        "id": str(charge_id(account_id=account, practice_id=practice, method=method, starts=closing.period.starts)),
        "account_id": account,
        "practice_id": practice,
        "method": method,
        "ends": ends.isoformat(),
        "last_day": (one.stretches[-1].last if closing.closed_accounts else closing.day).isoformat(),
        "currency": one.life.currency,
        "exact": format(exact, "f"),
        "amount": format(amount, "f"),
        "reason": "" if amount else "below_unit" if exact else "no_fund_fee",
        "inputs": words,
        "fingerprint": stored_fingerprint(
            account=one.life.number, payee=practice, method=method, starts=closing.period.starts, ends=ends,
            currency=one.life.currency, exact=exact, amount=amount, inputs=words,
        ),
    }  # fmt: skip


def _write(cur, closing: Closing, rows: list[dict[str, object]], at: datetime, closed: Closed) -> None:
    if not rows:
        return
    cur.execute(
        f"""
        WITH p AS (
            SELECT * FROM jsonb_to_recordset(%s) AS p (
                id uuid, account_id bigint, practice_id bigint, method int, ends date, last_day date, currency text,
                exact numeric, amount numeric, reason text, inputs text, fingerprint text)
        ), charged AS (
            INSERT INTO fees_charge (id, firm_id, account_id, practice_id, method, starts, ends, period_end_day,
                                     currency, exact, amount, state, reason, due_on, inputs, fingerprint, run_id,
                                     revision, created_at)
            SELECT p.id, a.firm_id, p.account_id, p.practice_id, p.method, {day_literal(closing.period.starts)}, p.ends,
                   p.last_day, p.currency, p.exact, p.amount, CASE WHEN p.amount = 0 THEN 'zero' ELSE 'due' END,
                   p.reason, {day_literal(closing.due_on)}, p.inputs, p.fingerprint, {closing.run_id}, 0, %s
              FROM p JOIN accounts_account a ON a.id = p.account_id
            ON CONFLICT DO NOTHING
            RETURNING id, exact, fingerprint
        )
        SELECT count(*), coalesce(sum(exact), 0), {sql_digest(FINGERPRINTS)} FROM charged
        """,
        [json.dumps(rows), at],
    )
    count, total, digest = cur.fetchone()
    closed.rows += count
    closed.total += total
    if count:
        closed.digests.append(digest)
