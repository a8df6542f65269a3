"""What an account held at the end of a day."""

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from accounts.ground.access.context import cursor

# A contract's own summary line counts; where a file gave lots only, they are added up.
_HELD = """
    SELECT symbol, conid, side, currency, asset, sum(quantity), max(price), sum(value), sum(cost), max(day)
      FROM broker_position p
     WHERE account_id = %(account)s
       AND day = coalesce(%(day)s, (SELECT max(l.day) FROM broker_position l WHERE l.account_id = %(account)s))
       AND (level = 'SUMMARY' OR NOT EXISTS (
            SELECT 1 FROM broker_position s WHERE s.account_id = p.account_id AND s.day = p.day
               AND s.level = 'SUMMARY' AND s.conid IS NOT DISTINCT FROM p.conid AND s.symbol = p.symbol
               AND s.side = p.side))
     GROUP BY symbol, conid, side, currency, asset ORDER BY symbol, conid, side
"""


class Held(NamedTuple):
    """One contract and side; value and cost in the contract's currency."""

    symbol: str
    conid: int | None
    side: str
    currency: str
    asset: str
    quantity: Decimal
    price: Decimal | None
    value: Decimal | None
    cost: Decimal | None


def held(*, account_id: int, day: date) -> list[Held]:
    """Positions of one account on one day, lots never added to their summary."""
    return _asked(account_id, day)[1]


def last_held(*, account_id: int) -> tuple[date | None, list[Held]]:
    """The day of the last statement that shows positions of an account, and these."""
    return _asked(account_id, None)


def _asked(account_id: int, day: date | None) -> tuple[date | None, list[Held]]:
    with cursor() as cur:
        cur.execute(_HELD, {"account": account_id, "day": day})
        rows = cur.fetchall()
    return (rows[0][-1] if rows else day), [Held(*row[:-1]) for row in rows]
