"""Taking back what the broker rejected: an entry from the advisor's share to the client, once for each movement."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from accounts.ground.access.context import cursor
from accounts.ground.ledger.keys import sql_uuid
from accounts.ground.ledger.models import BookKind, TransferKind
from accounts.ground.ledger.sets import sql_open_books, sql_post
from accounts.ground.notifications.actions import News, notify_many
from accounts.ground.notifications.models import NotificationKind
from accounts.ground.runs.models import Run
from fees.accrual.statements import day_literal
from portal.lib.words import gettext_noop

TITLE = gettext_noop("A fee that the broker rejected was taken back")


def reverse(cur, run: Run, day: date) -> int:
    """Take back in the night of `day` what somebody gave up; how many movements. Its advisor is told."""
    asked = _asked(run.pk, day)
    cur.execute(sql_open_books(f"({asked})", BookKind.PAYEE))
    cur.execute(sql_open_books(f"({asked})", BookKind.CLIENT))
    moved = sql_post("due", kind=TransferKind.REVERSAL.value, debit=BookKind.PAYEE, credit=BookKind.CLIENT)
    cur.execute(
        f"WITH due AS MATERIALIZED ({asked}), moved AS ({moved})"
        " SELECT m.id, m.firm_id, m.practice_id, m.account_id, a.number || ': ' || m.amount || ' ' || m.currency"
        "  FROM moved m JOIN accounts_account a ON a.id = m.account_id ORDER BY m.id"
    )
    news = [
        News(firm_id=firm, practice_id=practice, account_id=account, natural_key=f"reversed {pk}", body=body)
        for pk, firm, practice, account, body in cur.fetchall()
    ]
    if news:
        notify_many(news=news, kind=NotificationKind.MESSAGE, title=TITLE, day=day)
    return len(news)


# What the client has of a movement `t` already: refunds of its own fee, and whatever the payee gave back beyond all
# that it took of the account.
_GIVEN = """
    greatest(0, t.amount - (
        SELECT sum(CASE WHEN m.kind IN ('fee', 'invoice') THEN m.amount ELSE -m.amount END) FROM accounts_transfer m
         WHERE m.account_id = t.account_id AND m.practice_id = t.practice_id AND m.currency = t.currency
           AND m.kind IN ('fee', 'invoice', 'reversal', 'adjustment', 'reimburse')), (
        SELECT sum(m.amount) FROM fees_charge c
          JOIN fees_charge e ON (e.account_id, e.practice_id, e.method, e.starts)
                                = (c.account_id, c.practice_id, c.method, c.starts) AND e.revision > c.revision
          JOIN accounts_transfer m ON m.source = e.id AND m.kind = 'adjustment'
         WHERE c.id = t.source))"""


def given_back(movement: UUID) -> Decimal:
    """How much of a movement its client has back already, in its currency; then it must not be taken back whole."""
    with cursor() as cur:
        cur.execute(f"SELECT {_GIVEN} FROM accounts_transfer t WHERE t.id = %s", [movement])
        row = cur.fetchone()
    return row[0] if row else Decimal(0)


def _asked(run_id: int, day: date) -> str:
    """Movements that were given up and are not taken back yet, less what went back since, as the ledger moves them."""
    return f"SELECT * FROM ({_whole(run_id, day)}) asked WHERE asked.amount > 0"


def _whole(run_id: int, day: date) -> str:
    return f"""
    SELECT t.firm_id, t.account_id, t.practice_id, t.currency, t.amount - {_GIVEN} AS amount,
           {day_literal(day)} AS day, t.source,
           {sql_uuid("'reversal of'", "t.txn::text")} AS txn, {run_id}::bigint AS run_id, NULL::bigint AS chunk_id
      FROM broker_instruction i JOIN accounts_transfer t ON t.id = i.transfer_id
     WHERE i.answer = 'rejected' AND i.reverse_asked_at IS NOT NULL
       AND NOT EXISTS (SELECT 1 FROM accounts_transfer back WHERE back.source = t.source AND back.kind = 'reversal')
       AND NOT EXISTS (SELECT 1 FROM broker_retirement r WHERE r.transfer_id = t.id)"""
