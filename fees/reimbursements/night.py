"""The night's reimbursements: each pending one of the day goes from the advisor to the client at once, or not at all.

They come after the sweep, so an advisor can give back what it received the same night.
"""

import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from accounts.ground.access.context import cursor
from accounts.ground.ledger.models import BookKind, TransferKind
from accounts.ground.ledger.sets import sql_digest_of, sql_open_books, sql_post
from accounts.ground.runs.models import Run
from accounts.ground.runs.queries import sql_held_back
from accounts.ground.runs.results import StageResult
from accounts.ground.tree.models import Status
from fees.reimbursements.models import Refusal
from fees.reimbursements.queries import UNSEEN, ceilings, sql_booked

# What an advisor's account has: the broker's settled cash less what we gave back and no statement has shown yet; where
# the broker tells nothing of it, what our books hold for it.
_FUNDS = f"""
    SELECT coalesce(
        (SELECT told.settled - coalesce((SELECT sum(t.amount) {UNSEEN} AND t.currency = %(currency)s), 0)
           FROM accounts_account m JOIN broker_cashbalance told ON told.account_id = m.id
          WHERE m.practice_id = %(practice)s AND m.kind IN ('top_master', 'second_master')
            AND told.day <= %(day)s AND told.currency = %(currency)s AND NOT told.is_total
          ORDER BY told.day DESC LIMIT 1),
        {sql_booked("%(practice)s", "%(currency)s")}, 0)
"""


class Waiting(NamedTuple):
    """A pending reimbursement with what decides about it."""

    id: str
    account: int
    practice: int
    amount: Decimal
    currency: str
    status: str
    is_payee_above: bool
    is_approved: bool


def reimburse_stage(run: Run, day: date) -> StageResult:
    """Pay or reject what is due on or before `day`; later ones of an advisor find what earlier ones have left."""
    paid: list[str] = []
    rejected: dict[str, Refusal] = {}
    with cursor() as cur:
        left: dict[tuple[int, str], Decimal] = {}
        given: dict[tuple[int, int], Decimal] = defaultdict(Decimal)
        waiting = _waiting(cur, day)
        everything = [one.id for one in waiting]
        for one in waiting:
            purse = (one.practice, one.currency)
            if purse not in left:
                cur.execute(_FUNDS, {"practice": one.practice, "currency": one.currency, "day": day})
                left[purse] = cur.fetchone()[0]
            reason = _reason(one, day, left[purse], given[one.account, one.practice], everything)
            if reason:
                rejected[one.id] = reason
            else:
                paid.append(one.id)
                left[purse] -= one.amount
                given[one.account, one.practice] += one.amount
        cur.execute(
            "UPDATE fees_reimbursement i SET state = 'rejected', reason = r.reason"
            " FROM unnest(%s::uuid[], %s::text[]) AS r (id, reason) WHERE i.id = r.id AND i.state = 'pending'",
            [list(rejected), [str(reason) for reason in rejected.values()]],
        )
        rows, totals, digest = _pay(cur, run, day, paid)
    return StageResult(rows=rows, figures={"totals": totals, "rejected": len(rejected), "digest": digest})


def _waiting(cur, day: date) -> list[Waiting]:
    """In the order in which they were sent."""
    cur.execute(
        f"""
        SELECT i.id::text, i.account_id, i.practice_id, i.amount, i.currency, a.status,
               p.id = a.practice_id OR p.firm_id = a.firm_id AND p.level = 1,
               NOT i.needs_approval OR i.approved_at IS NOT NULL
          FROM fees_reimbursement i JOIN accounts_account a ON a.id = i.account_id
               JOIN accounts_practice p ON p.id = i.practice_id
         WHERE i.state = 'pending' AND i.business_day <= %s AND i.account_id NOT IN ({sql_held_back(day)})
         ORDER BY i.business_day, i.submitted_at, i.id
           FOR NO KEY UPDATE OF i
        """,
        [day],
    )
    return [Waiting(*row) for row in cur.fetchall()]


def _reason(one: Waiting, day: date, left: Decimal, given: Decimal, waiting: Sequence[str]) -> Refusal | None:
    if not one.is_payee_above:
        return Refusal.BAD_ACCOUNT
    if not one.is_approved:
        return Refusal.NOT_APPROVED
    if one.status != Status.OPEN:
        return Refusal.CLOSED
    # Nothing that still waits counts, only what was given back and what this night has taken so far.
    ceiling = ceilings(one.practice, [one.account], day, without=waiting)[one.account]
    if one.amount > ceiling.available - given:
        return Refusal.OVER_HALF
    if one.amount > left:
        return Refusal.FUNDS
    return None


def _pay(cur, run: Run, day: date, paid: Sequence[str]) -> tuple[int, dict[str, str], str]:
    """One statement, so that a reimbursement is processed only where the ledger took its movement."""
    going = """
        SELECT i.id AS source, i.id AS txn, i.firm_id, i.account_id, i.practice_id, i.currency, i.amount,
               %(day)s::date AS day, %(run)s::bigint AS run_id, NULL::bigint AS chunk_id
          FROM fees_reimbursement i WHERE i.id = ANY(%(paid)s::uuid[]) AND i.state = 'pending'"""
    values = {"day": day, "run": run.pk, "paid": list(paid)}
    cur.execute(sql_open_books(f"({going})", BookKind.PAYEE), values)
    cur.execute(sql_open_books(f"({going})", BookKind.CLIENT), values)
    moved = sql_post("going", kind=TransferKind.REIMBURSEMENT.value, debit=BookKind.PAYEE, credit=BookKind.CLIENT)
    cur.execute(
        f"""
        WITH going AS MATERIALIZED ({going}), moved AS ({moved}),
        done AS (
            UPDATE fees_reimbursement i SET state = 'processed', processed_on = %(day)s, run_id = %(run)s
              FROM moved m WHERE i.id = m.source)
        SELECT count(*), {sql_digest_of("moved")},
               (SELECT coalesce(jsonb_object_agg(currency, total::text), '{{}}')
                  FROM (SELECT currency, sum(amount) AS total FROM moved GROUP BY currency) t) FROM moved
        """,
        values,
    )
    rows, digest, totals = cur.fetchone()
    return rows, json.loads(totals), digest
