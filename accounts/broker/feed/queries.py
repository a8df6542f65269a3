"""What was known about a day at an instant: the current value, or the one it has replaced since."""

from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from accounts.ground.access.context import cursor
from accounts.ground.access.locks import in_turn

# When a file `f` last told something.
FILE_TOLD = "coalesce(f.told_at, f.imported_at)"

_AS_KNOWN = """
    SELECT nlv, flow, currency FROM (
        (SELECT nlv, flow, currency, 0 AS place FROM broker_navhistory
          WHERE account_id = %(account)s AND nav_date = %(day)s AND replaced_at > %(at)s
          ORDER BY replaced_at, id LIMIT 1)
        UNION ALL
        SELECT nlv, flow, currency, 1 FROM broker_navdaily WHERE nav_date = %(day)s AND account_id = %(account)s
    ) AS told ORDER BY place LIMIT 1
"""


class Value(NamedTuple):
    """A net asset value with the external flow of its day, in the account's base currency."""

    nlv: Decimal
    flow: Decimal
    currency: str


def telling(*, alone: bool) -> None:
    """Hold until the transaction ends what statements tell: an import alone, nights that read it together.

    What an import writes bears an instant from inside; so a night has seen all that was told before it began to read,
    and nothing that was told after it.
    """
    in_turn("statements tell", alone=alone)


def value_as_known(*, account_id: int, day: date, at: datetime) -> Value | None:
    """The value of a day as it stood at that instant; today's where nothing has been replaced since."""
    with cursor() as cur:
        cur.execute(_AS_KNOWN, {"account": account_id, "day": day, "at": at})
        row = cur.fetchone()
    return Value(*row) if row else None
