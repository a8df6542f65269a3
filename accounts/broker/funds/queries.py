"""What can be charged to an account: the broker's last settled cash, and our own postings it has not shown yet."""

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from accounts.ground.access.context import cursor


class Available(NamedTuple):
    """Cash as of a statement day. `pending` is the sum of our postings since, negative for what was charged."""

    account_id: int
    currency: str
    as_of: date
    settled: Decimal
    pending: Decimal

    @property
    def amount(self) -> Decimal:
        return self.settled + self.pending


def available_cash(*, account_id: int, currency: str, day: date) -> Available | None:
    """What the account had free in that currency at the end of `day`; None where no statement has told yet."""
    return _asked(account_id, account_id + 1, day, currency).get(account_id)


def available_in(*, lo: int, hi: int, day: date) -> dict[int, Available]:
    """The same for accounts lo <= id < hi, each in its base currency; accounts without a statement are left out.

    In SQL: `SELECT * FROM broker_available_cash(lo, hi, day, NULL)`.
    """
    return _asked(lo, hi, day, None)


def _asked(lo: int, hi: int, day: date, currency: str | None) -> dict[int, Available]:
    with cursor() as cur:
        cur.execute("SELECT * FROM broker_available_cash(%s, %s, %s, %s)", [lo, hi, day, currency])
        return {row[0]: Available(*row) for row in cur.fetchall()}
