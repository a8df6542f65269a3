"""The sweep: what was collected under the masters goes on to the advisors it was collected for."""

import json
from datetime import date

from accounts.ground.access.context import cursor
from accounts.ground.ledger.checks import of_day
from accounts.ground.ledger.models import BookKind, TransferKind
from accounts.ground.ledger.sets import sql_digest_of, sql_open_books, sql_post
from accounts.ground.runs.models import Run
from accounts.ground.runs.results import StageResult
from fees.accrual.statements import day_literal
from fees.posting.keys import sql_sweep_source, sql_sweep_txn
from fees.posting.reversal import reverse


def sweep_stage(run: Run, day: date) -> StageResult:
    """One movement for each payee and currency: exactly what the day collected for it, and never more.

    What the broker rejected and somebody gave up is taken back beside it.
    """
    collected = _collected(run.pk, day)
    moved = sql_post("due", kind=TransferKind.SWEEP.value, debit=BookKind.CLEARING, credit=BookKind.PAYEE)
    with cursor() as cur:
        cur.execute(sql_open_books(f"({collected})", BookKind.PAYEE))
        cur.execute(
            f"WITH due AS MATERIALIZED ({collected}), moved AS ({moved})"
            f" SELECT count(*), {sql_digest_of('moved')},"
            " (SELECT coalesce(jsonb_object_agg(currency, total::text), '{}')"
            " FROM (SELECT currency, sum(amount) AS total FROM moved GROUP BY currency) t) FROM moved"
        )
        rows, digest, totals = cur.fetchone()
        reversed_now = reverse(cur, run, day)
    figures = {"totals": json.loads(totals), "digest": digest, "reversed": reversed_now}
    return StageResult(rows=rows, figures=figures)


def _collected(run_id: int, day: date) -> str:
    """By payee and currency, as movements of the ledger; `txn` is shared by all sweeps of the firm's day."""
    return f"""
    SELECT c.*, {sql_sweep_source("c")} AS source, {sql_sweep_txn("c")} AS txn
      FROM (SELECT t.firm_id, NULL::bigint AS account_id, t.practice_id, t.currency, sum(t.amount) AS amount,
                   {day_literal(day)} AS day, {run_id}::bigint AS run_id, NULL::bigint AS chunk_id
              FROM accounts_transfer t
             WHERE {of_day(day)} AND t.kind IN ('{TransferKind.FEE.value}', '{TransferKind.INVOICE.value}')
             GROUP BY t.firm_id, t.practice_id, t.currency) c"""
