"""The night's part in mailboxes: each May the living ones are charged for another year, and every charge is moved from
the advisor's share to the provider, once. What the broker rejected and somebody gave up comes back from the provider.
"""

import json
from datetime import date

from accounts.broker.transmit.queries import sql_shown
from accounts.desk.mailboxes.rules import CURRENCY, year_of
from accounts.ground.access.context import cursor
from accounts.ground.ledger.keys import sql_uuid
from accounts.ground.ledger.models import BookKind, TransferKind
from accounts.ground.ledger.sets import sql_digest_of, sql_open_books, sql_post
from accounts.ground.notifications.actions import News, notify_many
from accounts.ground.notifications.models import NotificationKind
from accounts.ground.runs.models import Run
from accounts.ground.runs.queries import sql_held_back
from accounts.ground.runs.results import StageResult
from portal.lib.exchange import EXCHANGE_ZONE
from portal.lib.words import gettext_noop

_DAY_OF = f"({{}} AT TIME ZONE '{EXCHANGE_ZONE.key}')::date"
# What is active since a day before, of an open master, was asked for in an earlier year, and nobody has charged for
# this one or a later: from the year's first day on, or from the day on which it became active. An archive is charged
# on as it was charged before. What today's states say of a night does not depend on when the night runs.
_RENEWED = f"""
    INSERT INTO desk_mailboxcharge (id, firm_id, practice_id, account_id, mailbox_id, item, year_starts, months, rate,
                                    amount, currency, charged_on, charged_at)
    SELECT {sql_uuid("'mailbox'", "m.id::text", "i.item::text", "(%(year)s::date)::text")}, m.firm_id, m.practice_id,
           m.account_id, m.id, i.item, %(year)s, f.months, r.amount, r.amount * f.months, '{CURRENCY}', f.day, %(at)s
      FROM desk_mailbox m
      JOIN accounts_account a ON a.firm_id = m.firm_id AND a.id = m.account_id AND a.status = 'O'
     CROSS JOIN (VALUES ('mailbox'), ('archive')) i (item)
     CROSS JOIN LATERAL (SELECT greatest(%(year)s::date, {_DAY_OF.format("m.state_at")}) AS day) since
     CROSS JOIN LATERAL (SELECT since.day, (16 - extract(month FROM since.day)::int) %% 12 + 1 AS months) f
     CROSS JOIN LATERAL (SELECT amount FROM desk_mailboxrate WHERE item = i.item AND starts <= f.day
                          ORDER BY starts DESC LIMIT 1) r
     WHERE m.state = 'active' AND {_DAY_OF.format("m.state_at")} < %(day)s AND r.amount > 0
       AND {_DAY_OF.format("m.requested_at")} < %(year)s
       AND (i.item = 'mailbox' OR m.is_archived AND EXISTS (
            SELECT 1 FROM desk_mailboxcharge c WHERE c.mailbox_id = m.id AND c.item = 'archive'))
       AND NOT EXISTS (SELECT 1 FROM desk_mailboxcharge c WHERE c.mailbox_id = m.id AND c.item = i.item
                                                            AND c.year_starts >= %(year)s)
     ORDER BY m.id, i.item
    ON CONFLICT DO NOTHING"""

# Of an instruction `i`: another try of the same movement has followed it, or will.
_OVER = """(i.again_asked_at IS NOT NULL OR EXISTS (
               SELECT 1 FROM broker_instruction n WHERE n.transfer_id = i.transfer_id AND n.attempt > i.attempt))"""
WRITTEN_OFF = gettext_noop("A charge for a mailbox that the broker rejected was written off")


def sql_rejected(charge: str) -> str:
    """Whether the broker rejected the movement of a charge, it does not go to the broker again, and no statement shows
    that it was paid after all; then it is given back as if it had been accepted."""
    return f"""EXISTS (SELECT 1 FROM accounts_transfer t JOIN broker_instruction i ON i.transfer_id = t.id
                        WHERE t.source = {charge} AND t.kind = 'mailbox' AND i.answer = 'rejected' AND NOT {_OVER}
                          AND NOT {sql_shown("t")})"""


def mailbox_stage(run: Run, day: date) -> StageResult:
    """Renew, write off, and move what was charged up to `day`; what the back office holds back waits."""
    with cursor() as cur:
        cur.execute(_RENEWED, {"year": year_of(day), "day": day, "at": run.at})
        renewed = cur.rowcount
        _write_off(cur, run, day)
        rows, totals, digest = _move(cur, run, day)
    return StageResult(rows=rows, figures={"totals": totals, "renewed": renewed, "digest": digest})


def _write_off(cur, run: Run, day: date) -> None:
    """The charges that were given up, the other way round; their practices are told."""
    # Who asks to send one of them again, and the broker who answers, wait for this night, or it sees what they said.
    cur.execute(
        "SELECT 1 FROM broker_instruction i JOIN accounts_transfer t ON t.id = i.transfer_id AND t.kind = 'mailbox'"
        f" WHERE i.answer = 'rejected' AND NOT {_OVER} ORDER BY i.id FOR UPDATE OF i"
    )
    cur.execute(
        f"""
        INSERT INTO desk_mailboxcharge (id, firm_id, practice_id, account_id, mailbox_id, reverses_id, item,
                                        year_starts, months, rate, amount, currency, charged_on, charged_at)
        SELECT {sql_uuid("'mailbox back'", "c.id::text")}, c.firm_id, c.practice_id, c.account_id, c.mailbox_id, c.id,
               c.item, c.year_starts, c.months, c.rate, c.amount, c.currency, %(day)s, %(at)s
          FROM desk_mailboxcharge c
         WHERE c.reverses_id IS NULL AND {sql_rejected("c.id")}
           AND EXISTS (SELECT 1 FROM accounts_transfer t JOIN broker_instruction i ON i.transfer_id = t.id
                        WHERE t.source = c.id AND t.kind = 'mailbox' AND i.reverse_asked_at IS NOT NULL)
           AND NOT EXISTS (SELECT 1 FROM desk_mailboxcharge back WHERE back.reverses_id = c.id)
           AND c.account_id NOT IN ({sql_held_back(day)})
        ON CONFLICT DO NOTHING
        RETURNING firm_id, practice_id, account_id, id, amount || ' ' || currency
        """,
        {"day": day, "at": run.at},
    )
    news = [
        News(firm_id=firm, practice_id=practice, account_id=account, natural_key=f"written off {pk}", body=body)
        for firm, practice, account, pk, body in cur.fetchall()
    ]
    notify_many(news=news, kind=NotificationKind.MESSAGE, title=WRITTEN_OFF, day=day)


def _move(cur, run: Run, day: date) -> tuple[int, dict[str, str], str]:
    """One statement, so that a charge is marked as moved only where the ledger took its movement."""
    going = f"""
        SELECT c.id AS source, c.id AS txn, c.firm_id, c.account_id, c.practice_id, c.currency, c.amount,
               c.reverses_id, {sql_rejected("c.reverses_id")} AS is_off,
               %(day)s::date AS day, %(run)s::bigint AS run_id, NULL::bigint AS chunk_id
          FROM desk_mailboxcharge c
         WHERE c.moved_on IS NULL AND c.charged_on <= %(day)s AND c.account_id NOT IN ({sql_held_back(day)})"""
    values = {"day": day, "run": run.pk}
    for kind in (BookKind.PAYEE, BookKind.PROVIDER):
        cur.execute(sql_open_books(f"({going})", kind), values)
    paid = sql_post("paying", kind=TransferKind.MAILBOX.value, debit=BookKind.PAYEE, credit=BookKind.PROVIDER)
    off = sql_post("writing_off", kind=TransferKind.MAILBOX_OFF.value, debit=BookKind.PROVIDER, credit=BookKind.PAYEE)
    back = sql_post(
        "returning_now", kind=TransferKind.MAILBOX_BACK.value, debit=BookKind.PROVIDER, credit=BookKind.PAYEE
    )
    cur.execute(
        f"""
        WITH going AS MATERIALIZED ({going}),
        paying AS (SELECT * FROM going WHERE reverses_id IS NULL),
        returning_now AS (SELECT * FROM going WHERE reverses_id IS NOT NULL AND NOT is_off),
        writing_off AS (SELECT firm_id, account_id, practice_id, currency, amount, day, reverses_id AS source, txn,
                               run_id, chunk_id FROM going WHERE is_off),
        paid AS ({paid}), back AS ({back}), waived AS ({off}),
        moved AS (SELECT * FROM paid UNION ALL SELECT * FROM back UNION ALL SELECT * FROM waived),
        done AS (
            UPDATE desk_mailboxcharge c SET moved_on = %(day)s, run_id = %(run)s, is_written_off = m.kind = 'mail_off'
              FROM moved m WHERE c.id = m.txn)
        SELECT count(*), {sql_digest_of("moved")},
               (SELECT coalesce(jsonb_object_agg(currency, total::text), '{{}}')
                  FROM (SELECT currency, sum(CASE kind WHEN 'mailbox' THEN amount ELSE -amount END) AS total
                          FROM moved GROUP BY currency) t) FROM moved
        """,
        values,
    )
    rows, digest, totals = cur.fetchone()
    return rows, json.loads(totals), digest
