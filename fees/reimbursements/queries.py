"""Reading reimbursements and how much may still go back; one query however many clients are asked for."""

from collections.abc import Collection
from datetime import date
from decimal import Decimal

from django.db.models import QuerySet, Sum

from accounts.broker.transmit.queries import sql_shown
from accounts.ground.access.context import Who, cursor
from accounts.ground.access.scope import scope
from accounts.ground.tree.models import Account, Status
from fees.posting.given import sql_given
from fees.reimbursements.models import Reimbursement
from fees.reimbursements.rules import Ceiling

# The trailing twelve months end with the day: (day - 12 months, day], by the day of posting. What was given for trades
# below their commissions is no fee that went back.
YEAR = "(%(day)s::date - interval '12 months')::date"
_GIVEN = sql_given("a.id", "%(practice)s", "a.base_currency", since=YEAR, until="%(day)s")
_CEILINGS = f"""
    SELECT a.id, a.base_currency, coalesce(fees.total, 0) + {_GIVEN}, coalesce(back.total, 0)
      FROM accounts_account a
      LEFT JOIN LATERAL (
           SELECT sum(CASE WHEN t.kind IN ('reversal', 'adjustment') THEN -t.amount ELSE t.amount END) AS total
             FROM accounts_transfer t
            WHERE t.account_id = a.id AND t.practice_id = %(practice)s AND t.currency = a.base_currency
              AND t.kind IN ('fee', 'invoice', 'reversal', 'adjustment')
              AND t.day > {YEAR} AND t.day <= %(day)s) fees ON true
      LEFT JOIN LATERAL (
           SELECT sum(r.amount) AS total FROM fees_reimbursement r
            WHERE r.account_id = a.id AND r.practice_id = %(practice)s AND r.currency = a.base_currency
              AND (r.state = 'pending' OR r.state = 'processed'
                   AND r.processed_on > {YEAR} AND r.processed_on <= %(day)s)
              AND r.id <> ALL(%(without)s::uuid[])) back ON true
     WHERE a.id = ANY(%(accounts)s)
"""

# What the advisor whose account is `m` gave clients out of its share and no statement up to that of `told` has shown.
# What was taken back has no line in a statement: at the broker nothing moves for a top level, whose account never had
# the fee; a second level gives it to the top master, and has when that is accepted and a later day's balance is told.
# The price of a mailbox is of no client's either; what was written off of it is not taken any more.
UNSEEN = f"""
      FROM accounts_transfer t
     WHERE t.debit_id IN (SELECT b.id FROM accounts_book b WHERE b.practice_id = m.practice_id AND b.kind = 'payee')
       AND (t.kind IN ('reimburse', 'adjustment', 'borne')
            AND NOT EXISTS (SELECT 1 FROM broker_retirement r WHERE r.transfer_id = t.id AND r.seen_on <= told.day)
            OR (t.kind = 'mailbox' AND NOT EXISTS (SELECT 1 FROM accounts_transfer off
                                                    WHERE off.source = t.source AND off.kind = 'mail_off'
                                                       AND off.day <= %(day)s)
                OR t.kind = 'reversal' AND m.kind = 'second_master')
            AND NOT (told.day > t.day AND EXISTS (SELECT 1 FROM broker_instruction i
                                                   WHERE i.transfer_id = t.id AND (i.answer = 'accepted'
                                                      OR t.kind = 'mailbox' AND i.answer = 'rejected'
                                                     AND {sql_shown("t", until="told.day")}))))"""


def sql_booked(practice: str, currency: str) -> str:
    """What our books hold for an advisor in a currency; null where nothing ever moved."""
    return f"""
    (SELECT sum(CASE WHEN t.credit_id = b.id THEN t.amount ELSE -t.amount END)
       FROM accounts_book b JOIN accounts_transfer t ON b.id IN (t.credit_id, t.debit_id)
      WHERE b.practice_id = {practice} AND b.kind = 'payee' AND b.currency = {currency})"""


def ceilings(
    practice_id: int, accounts: Collection[int], day: date, without: Collection[str] = ()
) -> dict[int, Ceiling]:
    """What a payee received from each account and gave back to it; `without` are reimbursements that do not count."""
    with cursor() as cur:
        asked = {"practice": practice_id, "accounts": list(accounts), "day": day, "without": list(without)}
        cur.execute(_CEILINGS, asked)
        return {
            account: Ceiling(fees=fees, rebates=rebates, currency=currency)
            for account, currency, fees, rebates in cur.fetchall()
        }


def reimbursements(who: Who) -> "QuerySet[Reimbursement]":
    """Every reimbursement this person may see, newest first."""
    rows = scope(who, Reimbursement).select_related("account", "practice", "submitted_by")
    return rows.order_by("-business_day", "-submitted_at", "pk")


def may_be_reimbursed(who: Who, most: int) -> list[Account]:
    """Clients to choose from; the first so many."""
    rows = scope(who, Account, "set_fees").filter(status=Status.OPEN, charges__practice_id=who.practice_id)
    return list(rows.distinct().order_by("sort_key", "pk")[:most])


def totals(rows: "QuerySet[Reimbursement]") -> list[tuple[str, Decimal]]:
    """The sum of each currency."""
    return list(rows.order_by("currency").values_list("currency").annotate(total=Sum("amount")))
