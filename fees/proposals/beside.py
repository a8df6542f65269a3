"""What stands beside a preview: how much the rolling cap leaves, and what is usual among one's other clients."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from accounts.ground.tree.models import Account
from fees.engine.results import DayValue
from fees.engine.rolling_cap import YEAR_WINDOW, chargeable, tightest
from fees.headroom.queries import Life, windows_of

# A fee that takes less than this part of what is left is far from the cap.
FAR = Decimal("0.5")


@dataclass(frozen=True)
class Room:
    """What the rolling cap leaves an account on a day, and what it would let through of a fee."""

    left: Decimal
    fee: Decimal
    charged: Decimal
    currency: str

    @property
    def is_far(self) -> bool:
        return self.fee <= self.left * FAR

    @property
    def is_cut(self) -> bool:
        return self.charged < self.fee


def year_back(day: date) -> date:
    """The first day whose value counts for what the cap leaves on `day`."""
    return day - timedelta(days=YEAR_WINDOW)


def room(account: Account, fee: Decimal, day: date, values: Iterable[DayValue] | None = None) -> Room | None:
    """What the cap leaves after the night of a sealed `day`, worked out as the next night does; None without a value.

    `values` are the account's from `year_back` on, where they have been read.
    Fees of the other level count, as a sum that nobody else is told.
    """
    life = Life(account.pk, account.opened_on, account.base_currency)
    known = None if values is None else {account.pk: {one.day: one.nlv for one in values}}
    seen = windows_of([life], day, is_over=True, known=known)[account.pk]
    if not seen:
        return None
    left = max(tightest(seen).available, Decimal(0))
    return Room(left, fee, chargeable(fee, seen), account.base_currency)
