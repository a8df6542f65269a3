"""What must be true of the night's instructions before a day is sealed."""

from datetime import date

from accounts.broker.transmit.night import NOT_TOLD
from accounts.ground.ledger.checks import Break, breaks, of_day
from portal.lib.fingerprint import sql_digest
from portal.lib.words import gettext_noop


def every_movement_is_instructed_once(day: date) -> list[Break]:
    """Expected, booked and instructed agree: each movement of the day that the broker must make stands in the day's
    files once, as it is in the ledger."""
    return breaks(
        "I31",
        gettext_noop("%(count)s movements and instructions to the broker do not match; the first is %(sample)s."),
        f"""
        SELECT firm_id, count(*), min(id::text)
          FROM (SELECT coalesce(t.firm_id, i.firm_id) AS firm_id, coalesce(t.id, i.transfer_id) AS id
                  FROM (SELECT t.* FROM accounts_transfer t JOIN accounts_practice p ON p.id = t.practice_id
                         WHERE {of_day(day)} AND NOT {NOT_TOLD}) t
                  FULL JOIN (SELECT i.* FROM broker_instruction i
                              WHERE i.firm_id = ANY(ARRAY(SELECT id FROM accounts_firm))
                                AND i.day = %(day)s AND i.attempt = 1) i ON i.transfer_id = t.id
                 WHERE (t.firm_id, t.account_id, t.practice_id, t.kind, t.currency, t.amount)
                       IS DISTINCT FROM (i.firm_id, i.account_id, i.practice_id, i.kind, i.currency, i.amount)) mismatch
         GROUP BY firm_id
        """,
        day=day,
    )


def instruction_files_are_as_they_were_written(day: date) -> list[Break]:
    """The bytes that are owed to the broker have the hash that is sealed, and a file holds all its instructions."""
    return breaks(
        "I11",
        gettext_noop("%(count)s files of instructions differ from what was written; the first is %(sample)s."),
        f"""
        SELECT f.firm_id, count(*), min(f.name)
          FROM broker_instructionfile f
          LEFT JOIN accounts_outboxmessage m ON m.natural_key = 'instructions ' || f.id
         WHERE f.firm_id = ANY(ARRAY(SELECT id FROM accounts_firm)) AND f.day = %(day)s
           AND (m.id IS NULL OR f.sha256 <> {sql_digest("m.body")}
                OR f.rows <> (SELECT count(*) FROM broker_instruction i WHERE i.file_id = f.id))
         GROUP BY f.firm_id
        """,
        day=day,
    )


def every_reversal_takes_back_what_was_rejected(day: date) -> list[Break]:
    """I02: each reversal of the day takes back a movement that the broker rejected and somebody gave up."""
    return breaks(
        "I02",
        gettext_noop("%(count)s reversals take back what the broker did not reject; the first is %(sample)s."),
        f"""
        SELECT t.firm_id, count(*), min(t.id::text)
          FROM accounts_transfer t
         WHERE {of_day(day)} AND t.kind = 'reversal'
           AND NOT EXISTS (SELECT 1 FROM accounts_transfer paid JOIN broker_instruction i ON i.transfer_id = paid.id
                            WHERE paid.source = t.source AND paid.kind IN ('fee', 'invoice')
                              AND i.answer = 'rejected' AND i.reverse_asked_at IS NOT NULL
                              AND (paid.account_id, paid.practice_id, paid.currency)
                                  = (t.account_id, t.practice_id, t.currency) AND paid.amount >= t.amount)
         GROUP BY t.firm_id
        """,
        day=day,
    )
