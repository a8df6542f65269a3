"""Expected against ledger against the broker's own fee lines, for every firm; under a login that reads them all."""

from collections.abc import Iterable
from datetime import date

from accounts.broker.activity.models import CashLine
from accounts.broker.transmit.queries import sql_shown
from accounts.ground.access.context import cursor
from accounts.ground.days.queries import calendar
from fees.reconciliation import masters
from fees.reconciliation.models import BreakNote
from fees.reconciliation.rules import USUAL_DAYS, Difference, Kind, Side
from portal.lib.business_days import Calendar

MOST_LISTED = 500

# What clients pay (back, below zero), as the fee room has it.
_EXPECTED = """
    SELECT id, firm_id, account_id, practice_id, currency, amount - coalesce(forgone, 0) AS amount,
           posted_on AS day FROM fees_charge
     WHERE state = 'posted'
    UNION ALL
    SELECT id, firm_id, account_id, practice_id, currency, amount, processed_on FROM fees_invoice
     WHERE state = 'processed'
    UNION ALL
    SELECT id, firm_id, account_id, practice_id, currency, -amount, processed_on FROM fees_reimbursement
     WHERE state = 'processed'
    UNION ALL
    SELECT id, firm_id, account_id, practice_id, currency, -amount, day FROM fees_bornecharge
     WHERE payer = 'master'"""
# What the broker was told, and of it what touches clients. What a practice pays for its mailboxes leaves its master
# alone: their charges are proved before the seal, no client's statement names them, and acceptance ends them; of what
# is written off the broker is told nothing.
_MOVED = """
    SELECT t.id, t.source, t.firm_id, t.account_id, t.practice_id, t.currency, t.day, t.kind,
           CASE WHEN t.kind IN ('fee', 'invoice', 'borne_back', 'mailbox') THEN t.amount ELSE -t.amount END AS amount
      FROM accounts_transfer t WHERE t.kind NOT IN ('sweep', 'draw', 'mail_off')"""
_LEDGER = f"SELECT * FROM ({_MOVED}) moved WHERE kind NOT IN ('mailbox', 'mail_back')"
_LINES = f"""
    SELECT l.id, l.firm_id, l.account_id, l.currency, -l.amount AS amount,
           coalesce(l.report_on, l.settle_on, l.happened_at::date) AS day, l.reference, l.description,
           lower(replace(l.reference || ' ' || l.description, '-', '')) AS said
      FROM broker_cashline l JOIN accounts_account h ON h.id = l.account_id
     WHERE l.kind = '{CashLine.ADVISOR_FEES}' AND l.amount <> 0
       AND h.kind NOT IN ('top_master', 'second_master', 'money_manager')"""
# The newest try of each movement.
_TOLD = """
    SELECT DISTINCT ON (i.transfer_id) i.transfer_id, i.answer, i.answer_words, i.answered_at, i.day
      FROM broker_instruction i ORDER BY i.transfer_id, i.attempt DESC"""

# Each answers kind, firm, account, day, ours, the broker's, currency, reference and reason.
_QUERIES = (
    f"""
    SELECT 'not_posted', coalesce(e.firm_id, t.firm_id), coalesce(e.account_id, t.account_id), coalesce(e.day, t.day),
           e.amount, t.amount, coalesce(e.currency, t.currency), coalesce(e.id, t.source)::text, ''
      FROM ({_EXPECTED}) e FULL JOIN (SELECT * FROM ({_LEDGER}) l WHERE l.kind <> 'reversal') t ON t.source = e.id
     WHERE (e.firm_id, e.account_id, e.practice_id, e.currency, e.amount, e.day)
           IS DISTINCT FROM (t.firm_id, t.account_id, t.practice_id, t.currency, t.amount, t.day)
       AND coalesce(e.day, t.day) <= %(day)s""",
    f"""
    SELECT CASE WHEN i.transfer_id IS NULL THEN 'not_told' WHEN i.answer = 'rejected' THEN 'rejected'
                WHEN i.answer = '' AND i.day <= %(late)s THEN 'unanswered' ELSE 'not_booked' END,
           t.firm_id, t.account_id, t.day, t.amount, NULL::numeric, t.currency, t.id::text,
           coalesce(i.answer_words, '')
      FROM ({_MOVED}) t LEFT JOIN ({_TOLD}) i ON i.transfer_id = t.id
     WHERE t.day <= %(day)s AND t.kind <> 'reversal'
       AND (t.kind NOT IN ('mailbox', 'mail_back') OR i.answer IS DISTINCT FROM 'accepted')
       AND NOT EXISTS (SELECT 1 FROM broker_retirement r WHERE r.transfer_id = t.id)
       AND NOT (t.kind = 'mailbox' AND i.answer = 'rejected' AND {sql_shown("t")})
       AND NOT EXISTS (SELECT 1 FROM accounts_transfer back
                        WHERE back.source = t.source AND back.kind IN ('reversal', 'mail_off')
                          AND back.day <= %(day)s)
       AND (i.answer = 'rejected' OR t.day <= %(late)s
            OR i.transfer_id IS NULL AND t.day < %(day)s)""",
    f"""
    SELECT CASE WHEN t.id IS NULL THEN 'unknown_line' ELSE 'amount_differs' END, l.firm_id, l.account_id, l.day,
           t.amount, l.amount, l.currency, coalesce(t.id::text, nullif(l.reference, ''), 'line ' || l.id),
           left(l.description, 200)
      FROM ({_LINES}) l
      LEFT JOIN LATERAL (SELECT x.id, x.amount FROM ({_LEDGER}) x
                          WHERE x.account_id = l.account_id
                            AND (strpos(l.said, replace(x.id::text, '-', '')) > 0
                                 OR strpos(l.said, replace(x.source::text, '-', '')) > 0) LIMIT 1) t ON true
     WHERE l.day <= %(day)s AND NOT EXISTS (SELECT 1 FROM broker_retirement r WHERE r.line_id = l.id)""",
)

# Which of them finds a kind; what is of masters is found by theirs.
_FOUND_BY = {
    Kind.NOT_POSTED: 0,
    **dict.fromkeys((Kind.NOT_TOLD, Kind.REJECTED, Kind.UNANSWERED, Kind.NOT_BOOKED), 1),
    **dict.fromkeys((Kind.UNKNOWN_LINE, Kind.DIFFERS), 2),
}


def differences(day: date) -> list[Difference]:
    """All that does not agree at the end of `day`, the oldest first; cut at MOST_LISTED of each sort."""
    days = calendar()
    asked = {"day": day, "late": days.add(day, -USUAL_DAYS)}
    found = []
    with cursor() as cur:
        for query in (*_QUERIES, *masters.QUERIES):
            cur.execute(
                f"SELECT d.*, a.number FROM ({query}) d (kind, firm_id, account_id, day, ours, brokers, currency,"
                " reference, reason) LEFT JOIN accounts_account a ON a.id = d.account_id"
                f" ORDER BY d.day, a.number, d.reference LIMIT {MOST_LISTED}",
                asked,
            )
            found += [_difference(row, days, day) for row in cur.fetchall()]
    return sorted(found, key=lambda one: (-one.age, one.account, one.reference))


def difference(day: date, kind: Kind, reference: str) -> Difference | None:
    """The one of that kind and reference at the end of `day`, however many others there are."""
    days = calendar()
    asked = {"day": day, "late": days.add(day, -USUAL_DAYS), "kind": kind.value, "reference": reference}
    queries = [_QUERIES[_FOUND_BY[kind]]] if kind in _FOUND_BY else masters.QUERIES
    with cursor() as cur:
        for query in queries:
            cur.execute(
                f"SELECT d.*, a.number FROM ({query}) d (kind, firm_id, account_id, day, ours, brokers, currency,"
                " reference, reason) LEFT JOIN accounts_account a ON a.id = d.account_id"
                " WHERE d.kind = %(kind)s AND d.reference = %(reference)s ORDER BY d.day LIMIT 1",
                asked,
            )
            if row := cur.fetchone():
                return _difference(row, days, day)
    return None


def notes_of(found: Iterable[Difference]) -> dict[tuple[str, str], BreakNote]:
    """The latest word about each of these differences, by kind and reference."""
    rows = BreakNote.unscoped.filter(reference__in={one.reference for one in found}).order_by("pk")
    return {(row.kind, row.reference): row for row in rows}


def sides(first: date, last: date) -> list[Side]:
    """The three totals over a stretch, by currency; the broker's lines by the day it booked them."""
    with cursor() as cur:
        cur.execute(
            f"""
            SELECT currency, sum(expected), sum(ledger), sum(broker)
              FROM (SELECT currency, amount AS expected, 0 AS ledger, 0 AS broker, day FROM ({_EXPECTED}) e
                    UNION ALL SELECT currency, -amount, 0, 0, day FROM accounts_transfer WHERE kind = 'reversal'
                    UNION ALL SELECT currency, 0, amount, 0, day FROM ({_LEDGER}) t
                    UNION ALL SELECT currency, 0, 0, amount, day FROM ({_LINES}) l) side
             WHERE day >= %s AND day <= %s GROUP BY currency ORDER BY currency
            """,
            [first, last],
        )
        return [Side(currency=code, expected=e, ledger=t, broker=b) for code, e, t, b in cur.fetchall()]


def sides_of_masters(first: date, last: date) -> list[Side]:
    """The same of the masters' own cash, of those whose statements are read; nothing is expected beside the ledger."""
    with cursor() as cur:
        cur.execute(masters.TOTALS, {"first": first, "day": last})
        return [Side(currency=code, expected=e, ledger=t, broker=b) for code, e, t, b in cur.fetchall()]


def _difference(row: tuple, days: Calendar, today: date) -> Difference:
    kind, firm_id, _account_id, day, ours, brokers, currency, reference, reason, number = row
    return Difference(
        kind=Kind(kind),
        firm_id=firm_id,
        account=number or "",
        day=day,
        age=len(days.between(day, today)),
        ours=ours,
        brokers=brokers,
        currency=currency,
        reference=reference or "",
        reason=reason or "",
    )
