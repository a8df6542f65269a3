"""The figures of a query for some accounts at once: one statement a kind, under the reader's own row policies."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from accounts.ground.access.context import cursor

# A return is the product of the days' own: (value - flow) / value before. What was lost altogether stays lost.
_PERFORMANCE = """
WITH base AS (
    SELECT account_id, max(nav_date) AS day FROM broker_navdaily
     WHERE account_id = ANY(%(accounts)s) AND nav_date BETWEEN %(starts)s::date - 10 AND %(starts)s
     GROUP BY account_id),
days AS (
    SELECT n.account_id, n.nav_date, n.nlv, n.flow,
           lag(n.nlv) OVER (PARTITION BY n.account_id ORDER BY n.nav_date) AS before
      FROM broker_navdaily n LEFT JOIN base b ON b.account_id = n.account_id
     WHERE n.account_id = ANY(%(accounts)s) AND n.nav_date BETWEEN %(starts)s::date - 10 AND %(last)s
       AND n.nav_date >= coalesce(b.day, %(starts)s))
SELECT account_id, (array_agg(nlv ORDER BY nav_date))[1], (array_agg(nlv ORDER BY nav_date DESC))[1],
       coalesce(sum(flow) FILTER (WHERE before IS NOT NULL), 0),
       round(CASE WHEN bool_or(before > 0 AND nlv - flow <= 0) THEN -1
                  ELSE coalesce(exp(sum(ln((nlv - flow)::numeric(40, 20) / before)) FILTER (WHERE before > 0)), 1) - 1
             END, 8)
  FROM days GROUP BY account_id
"""

_HELD = """
SELECT account_id, sum(quantity), max(price), sum(value * coalesce(rate, 1)), sum(percent),
       sum(unrealized * coalesce(rate, 1)), min(symbol)
  FROM broker_position
 WHERE account_id = ANY(%(accounts)s) AND day = %(last)s AND level = 'SUMMARY' AND quantity <> 0
   AND (%(symbol)s = '' OR upper(symbol) = %(symbol)s OR conid::text = %(symbol)s)
   AND (%(asset)s = '' OR asset = %(asset)s)
 GROUP BY account_id
"""

# A cancelled execution takes back what it had counted.
_SIGN = "CASE WHEN 'Ca' = ANY (string_to_array(notes, ';')) THEN -1 ELSE 1 END"
_TRADES = f"""
SELECT account_id, sum({_SIGN}), sum({_SIGN} * abs(quantity)),
       sum({_SIGN} * abs(coalesce(proceeds, quantity * price, 0)) * coalesce(rate, 1)),
       sum({_SIGN} * -coalesce(commission, 0) * coalesce(rate, 1)), min(symbol)
  FROM broker_trade
 WHERE account_id = ANY(%(accounts)s) AND coalesce(trade_on, report_on) > %(starts)s
   AND coalesce(trade_on, report_on) <= %(last)s
   AND (%(symbol)s = '' OR upper(symbol) = %(symbol)s OR conid::text = %(symbol)s)
   AND (%(asset)s = '' OR asset = %(asset)s)
 GROUP BY account_id
"""

_CASH = """
SELECT n.account_id, n.nlv, c.ending, CASE WHEN n.nlv > 0 THEN round(c.ending / n.nlv, 8) END
  FROM broker_navdaily n
  LEFT JOIN broker_cashbalance c ON c.account_id = n.account_id AND c.day = n.nav_date AND c.is_total
 WHERE n.account_id = ANY(%(accounts)s) AND n.nav_date = %(last)s
"""


def performance(accounts: Sequence[int], starts: date, last: date) -> dict[int, tuple[Decimal, ...]]:
    """First value, last value, what flowed in between, and the return as a fraction, by account."""
    return _asked(_PERFORMANCE, accounts, starts=starts, last=last)


def held(accounts: Sequence[int], day: date, *, symbol: str, asset: str) -> dict[int, tuple[Any, ...]]:
    """Quantity, mark, value, percent of the account and unrealised gain of what was held, by account."""
    return _asked(_HELD, accounts, last=day, symbol=symbol.upper(), asset=asset.upper())


def traded(accounts: Sequence[int], starts: date, last: date, *, symbol: str = "", asset: str = "") -> dict[int, Any]:
    """Executions, shares, notional and commissions of a period, by account; amounts in the account's currency."""
    return _asked(_TRADES, accounts, starts=starts, last=last, symbol=symbol.upper(), asset=asset.upper())


def cash(accounts: Sequence[int], day: date) -> dict[int, tuple[Decimal | None, ...]]:
    """Value, cash and the part of the value that is cash at the end of a day, by account."""
    return _asked(_CASH, accounts, last=day)


def _asked(sql: str, accounts: Sequence[int], **values: object) -> dict[int, Any]:
    if not accounts:
        return {}
    with cursor() as cur:
        cur.execute(sql, {"accounts": list(accounts), **values})
        return {account: tuple(rest) for account, *rest in cur.fetchall()}
