"""Posting what is due: an ordered list of steps decides which charges pay, then money moves for those that do.

One statement moves the money and marks the charges, so a charge is posted only where the ledger took a new movement
for it; books are opened before it, and advisors are told after it, in the same transaction.
"""

from datetime import date
from uuid import UUID

from accounts.ground.access.context import cursor
from accounts.ground.days.queries import calendar
from accounts.ground.ledger.models import BookKind, TransferKind
from accounts.ground.ledger.sets import sql_digest_of, sql_open_books, sql_post
from accounts.ground.notifications.actions import News, notify_many
from accounts.ground.notifications.models import NotificationKind
from accounts.ground.runs.models import Run
from accounts.ground.runs.results import ChunkResult
from fees.accrual.statements import day_literal
from fees.posting import funds, liquidation
from fees.posting.models import Charge
from fees.posting.rules import retry_until
from fees.posting.steps import Chunk, Step, sql_through
from portal.lib.words import gettext_noop

# The order of work: a step sees what those before it let through.
STEPS: tuple[Step, ...] = (liquidation.STEP, funds.STEP)

WRITTEN_OFF_TITLE = gettext_noop("A fee was written off because it could not be charged on any of its days")


def post_chunk(run: Run, day: date, lo: int, hi: int, chunk_id: int) -> ChunkResult:
    """Post what is due on or before `day` and not posted, of accounts lo <= id < hi."""
    chunk = Chunk(run_id=run.pk, chunk_id=chunk_id, day=day, lo=lo, hi=hi)
    due = _due(chunk)
    with cursor() as cur:
        cur.execute(sql_open_books(f"({due})", BookKind.CLIENT))
        cur.execute(sql_open_books(f"({due})", BookKind.CLEARING))
        cur.execute(sql_open_books(f"(SELECT * FROM ({due}) d WHERE d.amount < 0)", BookKind.PAYEE))
        cur.execute(_post(chunk, due, retry_until(calendar(), day)))
        rows, total, digest, written_off = cur.fetchone()
        if written_off:
            _tell_advisors(day, written_off)
    return ChunkResult(rows=rows, total=total, digest=digest)


def _due(chunk: Chunk) -> str:
    """Gross: every charge that should be paid by now, as a movement of the ledger."""
    return f"""
    SELECT id, id AS source, id AS txn, firm_id, account_id, practice_id, currency, amount, due_on, starts, method,
           revision, {day_literal(chunk.day)} AS day, {chunk.run_id}::bigint AS run_id,
           {chunk.chunk_id}::bigint AS chunk_id
      FROM fees_charge
     WHERE {_waiting(chunk)} AND due_on <= {day_literal(chunk.day)}"""


def _waiting(chunk: Chunk, row: str = "") -> str:
    """As the index of waiting charges says it, so that a posting never reads those of the past."""
    within = f"{row}account_id >= {chunk.lo} AND {row}account_id < {chunk.hi}"
    return f"{row}state IN ('due', 'deferred') AND {within}"


def _post(chunk: Chunk, due: str, last_try: date) -> str:
    moved = sql_post("paying", kind=TransferKind.FEE.value, debit=BookKind.CLIENT, credit=BookKind.CLEARING)
    given_back = sql_post(
        "returning_now", kind=TransferKind.ADJUSTMENT.value, debit=BookKind.PAYEE, credit=BookKind.CLIENT
    )
    day = day_literal(chunk.day)
    return f"""
    WITH due AS MATERIALIZED ({due}
    ), owed AS (SELECT * FROM due WHERE amount > 0
    ), returning_now AS (
        SELECT id, source, txn, firm_id, account_id, practice_id, currency, -amount AS amount, day, run_id, chunk_id
          FROM due WHERE amount < 0
    ), {sql_through(STEPS, chunk, "owed")},
    collected AS ({moved}), given_back AS ({given_back}),
    moved AS (SELECT * FROM collected UNION ALL SELECT * FROM given_back),
    posted AS (
        UPDATE fees_charge c SET state = 'posted', posted_on = {day}, reason = ''
          FROM moved m WHERE c.id = m.source AND {_waiting(chunk, "c.")}
    ), put_off AS (
        UPDATE fees_charge c
           SET state = CASE WHEN c.retry_until <= {day} THEN 'written_off' ELSE 'deferred' END,
               reason = s.reason, retry_until = coalesce(c.retry_until, {day_literal(last_try)})
          FROM stopped s WHERE c.id = s.id
        RETURNING c.id, c.state
    )
    SELECT count(*), coalesce(sum(amount), 0), {sql_digest_of("moved")},
           (SELECT coalesce(array_agg(id ORDER BY id), '{{}}') FROM put_off WHERE state = 'written_off')
      FROM moved"""


def _tell_advisors(day: date, charges: list[UUID]) -> None:
    """The advisor who is not paid learns of it, once."""
    written_off = Charge.unscoped.filter(pk__in=charges).select_related("account").order_by("pk")
    notify_many(
        news=(
            News(
                firm_id=charge.firm_id,
                practice_id=charge.practice_id,
                account_id=charge.account_id,
                natural_key=f"written off {charge.pk}",
                body=f"{charge.account.number}: {charge.amount} {charge.currency}, {charge.due_on}",
            )
            for charge in written_off
        ),
        kind=NotificationKind.MESSAGE,
        title=WRITTEN_OFF_TITLE,
        day=day,
    )
