"""Retiring our own postings once a statement shows them, so that they are not taken off the cash twice."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from accounts.broker.activity.models import CashLine
from accounts.broker.funds.rules import FeeLine, Posting, pairs
from accounts.ground.access.context import current_alias, cursor

# Locked for the length of the pairing: two imports must not give one posting to two lines.
_LINES = """
    SELECT l.id, l.account_id, l.currency, l.amount, coalesce(l.report_on, l.settle_on, l.happened_at::date),
           l.reference || ' ' || l.description
      FROM broker_cashline l
     WHERE l.account_id = ANY(%(accounts)s) AND l.kind = %(kind)s AND l.amount <> 0
       AND coalesce(l.report_on, l.settle_on, l.happened_at::date) IS NOT NULL
       AND NOT EXISTS (SELECT 1 FROM broker_retirement r WHERE r.line_id = l.id)
"""
_POSTINGS = """
    SELECT t.id, t.source, b.account_id, t.currency,
           CASE WHEN b.id = t.credit_id THEN t.amount ELSE -t.amount END, t.day
      FROM accounts_book b JOIN accounts_transfer t ON b.id IN (t.debit_id, t.credit_id)
     WHERE b.account_id = ANY(%(accounts)s) AND b.kind = 'client' AND t.kind <> 'reversal'
       AND NOT EXISTS (SELECT 1 FROM accounts_transfer back WHERE back.source = t.source AND back.kind = 'reversal')
       AND NOT EXISTS (SELECT 1 FROM broker_retirement r WHERE r.transfer_id = t.id)
"""


def retire(*, accounts: Sequence[int], at: datetime) -> int:
    """Pair the open fee lines of these accounts with their open postings; how many were paired.

    The import calls it for accounts whose statement brought a fee line; the night may call it after posting, for lines
    that came before their posting.
    """
    if not accounts:
        return 0
    with transaction.atomic(using=current_alias.get()), cursor() as cur:
        cur.execute("SELECT pg_advisory_xact_lock(hashtext('broker_retire'))")
        asked = {"accounts": list(accounts), "kind": CashLine.ADVISOR_FEES}
        cur.execute(_LINES, asked)
        lines = [FeeLine(*row) for row in cur.fetchall()]
        if not lines:
            return 0
        cur.execute(_POSTINGS, asked)
        postings = [Posting(*row) for row in cur.fetchall()]
        found = pairs(lines, postings)
        cur.execute(
            """
            INSERT INTO broker_retirement (transfer_id, line_id, firm_id, account_id, seen_on, retired_at)
            SELECT p.transfer, l.id, l.firm_id, l.account_id, p.seen_on, %s
              FROM unnest(%s::uuid[], %s::bigint[], %s::date[]) AS p (transfer, line, seen_on)
              JOIN broker_cashline l ON l.id = p.line
            """,
            [
                at,
                [str(posting.id) for _, posting in found],
                [line.id for line, _ in found],
                [line.day for line, _ in found],
            ],
        )
    return len(found)
