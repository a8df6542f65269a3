"""What must be true of reimbursements before a day is sealed."""

from datetime import date

from accounts.ground.ledger.checks import Break, breaks, of_day
from fees.posting.given import sql_given
from fees.reimbursements.queries import YEAR
from portal.lib.words import gettext_noop


def every_processed_reimbursement_moved_once(day: date) -> list[Break]:
    """I05: each reimbursement processed on the day has one movement of its amount, and each such movement its row."""
    return breaks(
        "I05",
        gettext_noop("%(count)s reimbursements and movements do not match; the first is %(sample)s."),
        f"""
        SELECT firm_id, count(*), min(id::text)
          FROM (SELECT coalesce(i.firm_id, t.firm_id) AS firm_id, coalesce(i.id, t.source) AS id
                  FROM (SELECT i.* FROM fees_reimbursement i WHERE i.processed_on = %(day)s) i
                  FULL JOIN (SELECT t.* FROM accounts_transfer t
                              WHERE {of_day(day)} AND t.kind = 'reimburse') t ON t.source = i.id
                 WHERE (i.firm_id, i.account_id, i.practice_id, i.currency, i.amount)
                       IS DISTINCT FROM (t.firm_id, t.account_id, t.practice_id, t.currency, t.amount)) mismatch
         GROUP BY firm_id
        """,
        day=day,
    )


def no_more_than_half_went_back(day: date) -> list[Break]:
    """I24: what an advisor gave back to a client in twelve months is at most half of the fees it took from it."""
    given = sql_given("back.account_id", "back.practice_id", "back.currency", since=YEAR, until="%(day)s")
    return breaks(
        "I24",
        gettext_noop("%(count)s advisors gave back more than half of a client's fees; the first is to %(sample)s."),
        f"""
        SELECT back.firm_id, count(*), min(a.number)
          FROM (SELECT DISTINCT t.firm_id, t.account_id, t.practice_id, t.currency FROM accounts_transfer t
                 WHERE {of_day(day)} AND t.kind = 'reimburse') back
          JOIN accounts_account a ON a.id = back.account_id
          JOIN LATERAL (
               SELECT coalesce(sum(m.amount) FILTER (WHERE m.kind = 'reimburse'), 0) AS given,
                      coalesce(sum(CASE WHEN m.kind IN ('reversal', 'adjustment') THEN -m.amount ELSE m.amount END)
                               FILTER (WHERE m.kind <> 'reimburse'), 0) AS taken
                 FROM accounts_transfer m
                WHERE m.account_id = back.account_id AND m.practice_id = back.practice_id
                  AND m.currency = back.currency AND m.kind IN ('fee', 'invoice', 'reversal', 'adjustment', 'reimburse')
                  AND m.day > {YEAR} AND m.day <= %(day)s) year ON true
         WHERE 2 * year.given > year.taken + {given}
         GROUP BY back.firm_id
        """,
        day=day,
    )
