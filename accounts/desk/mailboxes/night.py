"""The night's part in mailboxes: each May the living ones are charged for another year, and every charge is moved from
the advisor's share to the provider, once.
"""

import json
from datetime import date

from accounts.desk.mailboxes.rules import CURRENCY, year_of
from accounts.ground.access.context import cursor
from accounts.ground.ledger.keys import sql_uuid
from accounts.ground.ledger.models import BookKind, TransferKind
from accounts.ground.ledger.sets import sql_digest_of, sql_open_books, sql_post
from accounts.ground.runs.models import Run
from accounts.ground.runs.queries import sql_held_back
from accounts.ground.runs.results import StageResult
from portal.lib.exchange import EXCHANGE_ZONE

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


def mailbox_stage(run: Run, day: date) -> StageResult:
    """Renew, and move what was charged up to `day`; what the back office holds back waits."""
    with cursor() as cur:
        cur.execute(_RENEWED, {"year": year_of(day), "day": day, "at": run.at})
        renewed = cur.rowcount
        rows, totals, digest = _move(cur, run, day)
    return StageResult(rows=rows, figures={"totals": totals, "renewed": renewed, "digest": digest})


def _move(cur, run: Run, day: date) -> tuple[int, dict[str, str], str]:
    """One statement, so that a charge is marked as moved only where the ledger took its movement."""
    going = f"""
        SELECT c.id AS source, c.id AS txn, c.firm_id, c.account_id, c.practice_id, c.currency, c.amount,
               c.reverses_id, %(day)s::date AS day, %(run)s::bigint AS run_id, NULL::bigint AS chunk_id
          FROM desk_mailboxcharge c
         WHERE c.moved_on IS NULL AND c.charged_on <= %(day)s AND c.account_id NOT IN ({sql_held_back(day)})"""
    values = {"day": day, "run": run.pk}
    for kind in (BookKind.PAYEE, BookKind.PROVIDER):
        cur.execute(sql_open_books(f"({going})", kind), values)
    paid = sql_post("paying", kind=TransferKind.MAILBOX.value, debit=BookKind.PAYEE, credit=BookKind.PROVIDER)
    back = sql_post(
        "returning_now", kind=TransferKind.MAILBOX_BACK.value, debit=BookKind.PROVIDER, credit=BookKind.PAYEE
    )
    cur.execute(
        f"""
        WITH going AS MATERIALIZED ({going}),
        paying AS (SELECT * FROM going WHERE reverses_id IS NULL),
        returning_now AS (SELECT * FROM going WHERE reverses_id IS NOT NULL),
        paid AS ({paid}), back AS ({back}), moved AS (SELECT * FROM paid UNION ALL SELECT * FROM back),
        done AS (
            UPDATE desk_mailboxcharge c SET moved_on = %(day)s, run_id = %(run)s FROM moved m WHERE c.id = m.source)
        SELECT count(*), {sql_digest_of("moved")},
               (SELECT coalesce(jsonb_object_agg(currency, total::text), '{{}}')
                  FROM (SELECT currency, sum(CASE kind WHEN 'mailbox' THEN amount ELSE -amount END) AS total
                          FROM moved GROUP BY currency) t) FROM moved
        """,
        values,
    )
    rows, digest, totals = cur.fetchone()
    return rows, json.loads(totals), digest
