"""Charges of the broker that wait for a payer, what advisors' accounts have, and the list of what was decided."""

from collections.abc import Collection
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from django.db.models import QuerySet

from accounts.broker.feed.queries import FILE_TOLD
from accounts.ground.access.context import Who, cursor
from accounts.ground.access.scope import scope
from accounts.ground.runs.queries import sealed_day
from accounts.ground.tree.queries import matching, with_payee
from fees.borne.models import BorneCharge, ChargeKind
from fees.engine.allocation_minimum import CURRENCY, SQL_CHARGED
from fees.engine.payer import Payer
from fees.engine.sql import round_money
from fees.minimums.statements import ALLOCATED, WORKED
from fees.reimbursements.queries import UNSEEN, sql_booked
from fees.trades.lines import REPLACED_AT, REPLACING, STANDS, sql_line
from portal.lib.money import CURRENCIES

# Older charges are looked for only where a file brought or changed them lately.
LATEST = timedelta(days=60)
# As the broker's statements call market data, research and minimum monthly fees.
OTHER_FEES = "Other Fees"

_ASKED = """
    JOIN accounts_account a ON a.id = x.account_id
    JOIN LATERAL (SELECT s.practice_id FROM fees_schedule s
                   WHERE s.account_id = x.account_id AND s.{switch} AND s.starts <= x.day
                     AND (s.ends IS NULL OR s.ends > x.day)
                   ORDER BY s.practice_id = a.practice_id DESC LIMIT 1) asked ON true"""
_PAYABLE = ", ".join(f"'{code}'" for code in CURRENCIES)
_SINCE = "(x.day > %(since)s OR x.changed_at > %(since)s) AND x.day <= %(day)s"
# What was decided about the same charge before: how often, what it came to, and what of that the advisor paid.
_BEFORE = """
    CROSS JOIN LATERAL (SELECT count(*) AS revision, coalesce(sum(b.amount), 0) AS told,
                               coalesce(sum(b.amount) FILTER (WHERE b.payer = 'master'), 0) AS borne
                          FROM fees_bornecharge b WHERE {of}) before"""

# The accounts are found first: few have the switch on, and only theirs are read. What a cancellation or a correction
# took the place of costs nothing any more. Of older trades only those are looked into that a file has told lately, or
# that stand in one line with a row that has: such rows have an index of their own.
_COMMISSIONS = f"""
    SELECT 'commission' AS kind, x.id AS trade_id, NULL::bigint AS line_id, NULL::uuid AS block_id, a.firm_id,
           x.account_id, a.number, asked.practice_id, x.day, x.currency, x.amount, x.description,
           NULL::jsonb AS worked, x.changed_at, before.revision, before.told, before.borne
      FROM (SELECT t.id, t.account_id, coalesce(t.trade_on, t.report_on) AS day,
                   coalesce(nullif(t.commission_currency, ''), t.currency) AS currency,
                   CASE WHEN {STANDS} THEN greatest(-t.commission, 0) ELSE 0 END AS amount,
                   left(concat_ws(' ', t.symbol, t.description), 200) AS description,
                   greatest({FILE_TOLD}, {REPLACED_AT}) AS changed_at
              FROM broker_trade t LEFT JOIN broker_statementfile f ON f.id = t.file_id
             WHERE t.account_id = ANY(ARRAY(SELECT account_id FROM fees_schedule WHERE commissions_to_master))
               AND (coalesce(t.trade_on, t.report_on) > %(since)s OR {FILE_TOLD} > %(since)s
                    OR t.id = ANY(ARRAY(SELECT told.id FROM broker_trade r CROSS JOIN LATERAL (
                           {sql_line("r")} SELECT line.id FROM line) told
                        WHERE r.told_at > %(since)s
                          AND ({REPLACING} OR coalesce(r.trade_on, r.report_on) <= %(since)s))))) x
      {_ASKED.format(switch="commissions_to_master")}{_BEFORE.format(of="b.trade_id = x.id")}
     WHERE {_SINCE}"""
_OTHER_FEES = f"""
    SELECT 'other', NULL, x.id, NULL, a.firm_id, x.account_id, a.number, asked.practice_id, x.day, x.currency, x.amount,
           x.description, NULL, x.changed_at, before.revision, before.told, before.borne
      FROM (SELECT l.id, l.account_id, coalesce(l.report_on, l.settle_on, l.happened_at::date) AS day, l.currency,
                   greatest(-l.amount, 0) AS amount, left(l.description, 200) AS description,
                   {FILE_TOLD} AS changed_at
              FROM broker_cashline l LEFT JOIN broker_statementfile f ON f.id = l.file_id
             WHERE l.account_id = ANY(ARRAY(SELECT account_id FROM fees_schedule WHERE other_fees_to_master))
               AND l.kind = '{OTHER_FEES}') x
      {_ASKED.format(switch="other_fees_to_master")}{_BEFORE.format(of="b.line_id = x.id")}
     WHERE {_SINCE}"""
# Of whoever pays all commissions of an account the minimum is one already.
_ALLOCATIONS = f"""
    SELECT 'allocation', NULL, NULL, x.block_id, x.firm_id, x.account_id, x.number, x.practice_id, x.day, '{CURRENCY}',
           {SQL_CHARGED}, x.description, {WORKED}, x.changed_at, before.revision, before.told, before.borne
      FROM ({ALLOCATED}) x
      {_BEFORE.format(of="b.block_id = x.block_id AND b.account_id = x.account_id")}
     WHERE NOT EXISTS (SELECT 1 FROM fees_schedule s WHERE s.account_id = x.account_id AND s.commissions_to_master
                          AND s.starts <= x.day AND (s.ends IS NULL OR s.ends > x.day))"""
# What rounds to nothing, or stands in a currency that no account has, cannot be moved.
UNDECIDED = f"""
    SELECT w.* FROM ({_COMMISSIONS} UNION ALL {_OTHER_FEES} UNION ALL {_ALLOCATIONS}) w
     WHERE w.currency IN ({_PAYABLE}) AND {round_money("w.amount", "w.currency")} <> w.told"""

# What an advisor's account has in its own currency: the broker's settled cash less what went back to clients since and
# no statement has shown; where the broker tells nothing of it, what our books hold for it.
_PURSES = f"""
    SELECT m.practice_id, m.base_currency,
           coalesce(told.settled - coalesce((
               SELECT sum(t.amount * broker_rate(%(day)s, t.currency, m.base_currency)) {UNSEEN}), 0),
               {sql_booked("m.practice_id", "m.base_currency")}),
           broker_rate(%(day)s, m.base_currency, 'USD')
      FROM accounts_account m
      LEFT JOIN LATERAL (SELECT c.day, c.settled FROM broker_cashbalance c
                          WHERE c.account_id = m.id AND c.day <= %(day)s AND c.currency = m.base_currency
                          ORDER BY c.day DESC, c.is_total DESC LIMIT 1) told ON true
     WHERE m.kind IN ('top_master', 'second_master') AND m.practice_id = ANY(%(practices)s)"""


class Purse(NamedTuple):
    """What an advisor's account has, in its currency, and what turns that into USD; None where nothing tells it."""

    currency: str
    balance: Decimal | None
    usd_rate: Decimal | None


def purses(practices: Collection[int], day: date) -> dict[int, Purse]:
    """The accounts of these advisors at the end of `day`."""
    with cursor() as cur:
        cur.execute(_PURSES, {"day": day, "practices": list(practices)})
        return {practice: Purse(*rest) for practice, *rest in cur.fetchall()}


def listed(who: Who, *, payer: str, text: str, kind: str = "") -> "QuerySet[BorneCharge]":
    """What was decided in closed nights and the person may see, as the list's address asks for it."""
    sealed = sealed_day()
    rows = with_payee(scope(who, BorneCharge).select_related("account"))
    rows = rows.none() if sealed is None else rows.filter(day__lte=sealed)
    if payer in tuple(Payer):
        rows = rows.filter(payer=payer)
    if kind in ChargeKind:
        rows = rows.filter(kind=kind)
    return matching(rows, text, "account__")
