"""What must be true of notices before a day is sealed."""

from datetime import date

from accounts.ground.ledger.checks import Break, breaks
from portal.lib.words import gettext_noop


def notices_say_what_was_charged(day: date) -> list[Break]:
    """I28: the amount on an invoice document is the amount of its movement in the ledger."""
    return breaks(
        "I28",
        gettext_noop("%(count)s notices say another amount than the ledger; the first is of fee %(sample)s."),
        """
        SELECT n.firm_id, count(*), min(n.charge_id::text)
          FROM fees_notice n LEFT JOIN accounts_transfer t ON t.source = n.charge_id AND t.kind = 'fee'
         WHERE n.firm_id = ANY(ARRAY(SELECT id FROM accounts_firm)) AND n.day = %(day)s
           AND (n.firm_id, n.account_id, n.currency, n.amount, n.day)
               IS DISTINCT FROM (t.firm_id, t.account_id, t.currency, t.amount, t.day)
         GROUP BY n.firm_id
        """,
        day=day,
    )
