"""What must be true of charges for mailboxes before a day is sealed."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from accounts.desk.mailboxes.models import MailboxCharge
from accounts.desk.mailboxes.queries import rates
from accounts.desk.mailboxes.rules import MailboxProblem, Rate, due
from accounts.ground.ledger.checks import Break, breaks, of_day
from portal.lib.words import Sentence, gettext_noop


def every_mailbox_charge_moved_once(day: date) -> list[Break]:
    """I05: each charge for a mailbox moved on the day has one movement of its amount, each such movement its row. What
    writes a charge off settles the charge itself."""
    return breaks(
        "I05",
        gettext_noop("%(count)s charges for mailboxes and movements do not match; the first is %(sample)s."),
        f"""
        SELECT firm_id, count(*), min(id::text)
          FROM (SELECT coalesce(c.firm_id, t.firm_id) AS firm_id, coalesce(c.id, t.source) AS id
                  FROM (SELECT c.*, CASE WHEN c.reverses_id IS NULL THEN 'mailbox'
                                         WHEN c.is_written_off THEN 'mail_off' ELSE 'mail_back' END AS kind,
                               CASE WHEN c.is_written_off THEN c.reverses_id ELSE c.id END AS settled
                          FROM desk_mailboxcharge c WHERE c.moved_on = %(day)s) c
                  FULL JOIN (SELECT t.* FROM accounts_transfer t
                              WHERE {of_day(day)} AND t.kind IN ('mailbox', 'mail_back', 'mail_off')) t
                    ON t.source = c.settled AND t.kind = c.kind
                 WHERE (c.firm_id, c.account_id, c.practice_id, c.currency, c.amount, c.kind)
                       IS DISTINCT FROM (t.firm_id, t.account_id, t.practice_id, t.currency, t.amount, t.kind)) mismatch
         GROUP BY firm_id
        """,
        day=day,
    )


def every_charge_written_off_was_rejected(day: date) -> list[Break]:
    """I02: what the day wrote off is what the broker rejected last, of a refused request or given up by somebody."""
    return breaks(
        "I02",
        gettext_noop("%(count)s charges written off were not rejected by the broker; the first is %(sample)s."),
        f"""
        SELECT t.firm_id, count(*), min(t.id::text)
          FROM accounts_transfer t
         WHERE {of_day(day)} AND t.kind = 'mail_off'
           AND NOT EXISTS (SELECT 1 FROM accounts_transfer paid
                             JOIN broker_instruction i ON i.transfer_id = paid.id
                             JOIN desk_mailboxcharge c ON c.id = paid.source
                             JOIN desk_mailbox m ON m.id = c.mailbox_id
                            WHERE paid.source = t.source AND paid.kind = 'mailbox' AND paid.amount = t.amount
                              AND i.answer = 'rejected' AND i.again_asked_at IS NULL
                              AND (i.reverse_asked_at IS NOT NULL OR m.state = 'rejected'))
         GROUP BY t.firm_id
        """,
        day=day,
    )


def mailbox_charges_come_out_again(day: date) -> list[Break]:
    """I28: a charge is what the price of its day and the months left make it; what went back is what was paid."""
    known, wrong = rates(), defaultdict[int, list[str]](list)
    for one in MailboxCharge.unscoped.filter(moved_on=day).select_related("reverses").order_by("pk"):
        if not _comes_out(one, known):
            wrong[one.firm_id].append(str(one.pk))
    msgid = gettext_noop("%(count)s charges for mailboxes come out differently; the first is %(sample)s.")
    return [
        Break("I28", firm, Sentence(msgid, {"count": len(names), "sample": min(names)}))
        for firm, names in sorted(wrong.items())
    ]


def _comes_out(one: MailboxCharge, known: Sequence[Rate]) -> bool:
    told = (one.item, one.year_starts, one.months, one.rate, one.amount)
    if (paid := one.reverses) is not None:
        return told == (paid.item, paid.year_starts, paid.months, paid.rate, paid.amount)
    try:
        asked = due(known, one.item, one.charged_on)
    except MailboxProblem:
        return False
    return told == (asked.item, asked.year_starts, asked.months, asked.rate, asked.amount)
