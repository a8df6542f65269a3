"""Who held a security at the end of a day: each account by its own last statement, never by a neighbour's."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from accounts.broker.holdings.models import Position
from accounts.ground.access.context import cursor
from accounts.ground.tree.models import Account, Status

# A statement that is older says nothing about the day.
REACH = timedelta(days=10)
# Holders of contracts for difference are told of an action and cannot choose; neither can who is short.
ENTITLED_ASSETS = ("STK", "FUND", "BOND", "BILL", "")

# A value that was carried over is no statement. Each account is asked by the keys of the tables, its own days alone;
# lots are never added to their summary.
_HELD = f"""
    SELECT told.id, told.day, held.quantity
      FROM (SELECT a.id, greatest(
                (SELECT max(p.day) FROM broker_position p WHERE p.account_id = a.id AND p.day <= %(held_on)s),
                (SELECT max(n.nav_date) FROM unnest(%(days)s::date[]) AS asked(day)
                   JOIN broker_navdaily n ON n.nav_date = asked.day AND n.account_id = a.id
                  WHERE n.file_id IS NOT NULL)) AS day
              FROM accounts_account a WHERE a.firm_id = %(firm)s AND a.status = '{Status.OPEN.value}') told
      JOIN LATERAL (
            SELECT sum(p.quantity) AS quantity FROM broker_position p
             WHERE p.account_id = told.id AND p.day = told.day AND p.level = '{Position.SUMMARY}'
               AND p.asset = ANY(%(assets)s) AND {{which}}) held ON held.quantity > 0
     ORDER BY told.id
"""


@dataclass(frozen=True)
class Holder:
    """An account, how much its last statement shows, and of which day that statement is."""

    account: Account
    quantity: Decimal
    day: date


def holders(*, firm_id: int, symbol: str, conid: int | None, held_on: date) -> list[Holder]:
    """Open accounts of the firm whose last statement up to the day shows the security long, however old it is."""
    asked = {
        "firm": firm_id,
        "held_on": held_on,
        "days": [held_on - timedelta(days=back) for back in range(REACH.days)],
        "assets": list(ENTITLED_ASSETS),
        "conid": conid,
        "symbol": symbol,
    }
    which = "p.symbol = %(symbol)s" if conid is None else "p.conid = %(conid)s"
    with cursor() as cur:
        cur.execute(_HELD.format(which=which), asked)
        rows = cur.fetchall()
    accounts = Account.unscoped.in_bulk([row[0] for row in rows])
    return [Holder(accounts[key], quantity, day) for key, day, quantity in rows]
