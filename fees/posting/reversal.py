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
from accounts.ground.runs.queries import sql_held_back
from fees.accrual.statements import day_literal
from fees.posting.given import sql_given
from portal.lib.words import gettext_noop

# What was given up of charges for mailboxes is written off by their own stage.
_GIVEN_UP = "i.kind IN ('fee', 'invoice') AND i.answer = 'rejected' AND i.reverse_asked_at IS NOT NULL"
_NOT_BACK = """
    NOT EXISTS (SELECT 1 FROM accounts_transfer back WHERE back.source = t.source AND back.kind = 'reversal')"""
TITLE = gettext_noop("A fee that the broker rejected was taken back")


def reverse(cur, run: Run, day: date) -> int:
    """Take back in the night of `day` what somebody gave up; how many movements. Its advisor is told."""
    # Who asks to send one of them again waits for this night, or this night sees that it goes again.
    cur.execute(
        "SELECT 1 FROM broker_instruction i JOIN accounts_transfer t ON t.id = i.transfer_id"
        f" WHERE {_GIVEN_UP} AND {_NOT_BACK} ORDER BY i.id FOR UPDATE OF i"
    )
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


# Of a movement `t`: what of it the client has not got back by refunds of that very fee, and what the payee has of the
# account in all, less what it gave back in whatever way. What it gave for trades was not taken before.
_WANTED = """
    greatest(0, t.amount - coalesce((
        SELECT sum(m.amount) FROM fees_charge c
          JOIN fees_charge e ON (e.account_id, e.practice_id, e.method, e.starts, e.currency)
                                = (c.account_id, c.practice_id, c.method, c.starts, c.currency)
               AND e.revision > c.revision
          JOIN accounts_transfer m ON m.source = e.id AND m.kind = 'adjustment'
         WHERE c.id = t.source), 0))"""
_LEFT = f"""
    ((SELECT sum(CASE WHEN m.kind IN ('fee', 'invoice') THEN m.amount ELSE -m.amount END) FROM accounts_transfer m
      WHERE m.account_id = t.account_id AND m.practice_id = t.practice_id AND m.currency = t.currency
        AND m.kind IN ('fee', 'invoice', 'reversal', 'adjustment', 'reimburse'))
     + {sql_given("t.account_id", "t.practice_id", "t.currency")})"""
# Movements that were given up and are not taken back yet; of each what it wants, and what those asked for before it
# want from the same account and payee: together they get no more than is left.
_OPEN = f"""
    SELECT w.*, sum(w.wanted) OVER (PARTITION BY w.account_id, w.practice_id, w.currency
                                    ORDER BY w.reverse_asked_at, w.id) - w.wanted AS before
      FROM (SELECT t.*, i.reverse_asked_at, {_WANTED} AS wanted, {_LEFT} AS left_of_all
              FROM broker_instruction i JOIN accounts_transfer t ON t.id = i.transfer_id
             WHERE {_GIVEN_UP} AND {{whose}}
               AND {_NOT_BACK}
               AND NOT EXISTS (SELECT 1 FROM broker_retirement r WHERE r.transfer_id = t.id)) w"""


def given_back(movement: UUID) -> Decimal:
    """How much of a movement its client has back already, or will by what was given up before it, in its currency;
    then it must not be taken back whole."""
    others = _OPEN.format(whose="i.account_id = t.account_id AND t.account_id = %(account)s AND t.id <> %(movement)s")
    with cursor() as cur:
        cur.execute("SELECT account_id FROM accounts_transfer WHERE id = %s", [movement])
        row = cur.fetchone()
        if row is None:
            return Decimal(0)
        cur.execute(
            f"""
            SELECT t.amount - greatest(0, least({_WANTED}, {_LEFT} - coalesce((
                       SELECT sum(o.wanted) FROM ({others}) o
                        WHERE o.practice_id = t.practice_id AND o.currency = t.currency), 0)))
              FROM accounts_transfer t WHERE t.id = %(movement)s
            """,
            {"movement": movement, "account": row[0]},
        )
        return cur.fetchone()[0]


def _asked(run_id: int, day: date) -> str:
    """What the night takes back, as the ledger moves it; of whom the back office holds back nothing."""
    whose = f"t.account_id NOT IN ({sql_held_back(day)})"
    return f"""
    SELECT * FROM (
        SELECT o.firm_id, o.account_id, o.practice_id, o.currency, least(o.wanted, o.left_of_all - o.before) AS amount,
               {day_literal(day)} AS day, o.source, {sql_uuid("'reversal of'", "o.txn::text")} AS txn,
               {run_id}::bigint AS run_id, NULL::bigint AS chunk_id
          FROM ({_OPEN.format(whose=whose)}) o) asked
     WHERE asked.amount > 0"""
