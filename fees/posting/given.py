"""What advisors gave for trades below their commissions: no fee had been taken for it, so it is none that went back."""

from datetime import date

from accounts.ground.ledger.checks import Break, breaks, of_day
from fees.posting.models import PER_TRADE
from portal.lib.words import gettext_noop


def sql_given(
    account: str, practice: str, currency: str, *, since: str = "'-infinity'", until: str = "'infinity'"
) -> str:
    """What a payee gave an account beyond what the very fees had come to that it belongs to, after `since`, in SQL.

    A fee with its corrections may be below zero only for trades; of that the part that was taken before, and neither
    rejected nor given back, went back, and the rest was given.
    """
    return f"""
    (SELECT coalesce(sum(least(greatest(-g.net, 0), g.back)), 0)
       FROM (SELECT sum(f.amount - coalesce(f.forgone, 0) - coalesce(r.amount, 0)) AS net,
                    coalesce(-sum(f.amount - coalesce(f.forgone, 0))
                             FILTER (WHERE f.amount < 0 AND f.posted_on > {since}), 0) AS back
               FROM fees_charge f
               LEFT JOIN accounts_transfer r ON r.source = f.id AND r.kind = 'reversal'
              WHERE f.account_id = {account} AND f.practice_id = {practice} AND f.method = {PER_TRADE}
                AND f.currency = {currency} AND f.state = 'posted' AND f.posted_on <= {until}
              GROUP BY f.starts) g)"""


def no_more_goes_back_than_was_taken(day: date) -> list[Break]:
    """I02: after the reversals of the day no payee gave an account back more than it took of it."""
    given = sql_given("t.account_id", "t.practice_id", "t.currency", until="%(day)s")
    return breaks(
        "I02",
        gettext_noop("%(count)s reversals take back more than was taken; the first is %(sample)s."),
        f"""
        SELECT t.firm_id, count(*), min(t.id::text)
          FROM accounts_transfer t
         WHERE {of_day(day)} AND t.kind = 'reversal'
           AND (SELECT sum(CASE WHEN m.kind IN ('fee', 'invoice') THEN m.amount ELSE -m.amount END)
                  FROM accounts_transfer m
                 WHERE (m.account_id, m.practice_id, m.currency) = (t.account_id, t.practice_id, t.currency)
                   AND m.kind IN ('fee', 'invoice', 'reversal', 'adjustment', 'reimburse')
                   AND m.day <= %(day)s) + {given} < 0
         GROUP BY t.firm_id
        """,
        day=day,
    )
