"""What stands beside a preview: how much the rolling cap leaves, and what is usual among one's other clients."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from accounts.ground.tree.models import Account
from fees.engine.rolling_cap import chargeable, tightest
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


def room(account: Account, fee: Decimal, day: date) -> Room | None:
    """What the cap leaves after the night of a sealed `day`, worked out as the next night does; None without a value.

    Fees of the other level count, as a sum that nobody else is told.
    """
    seen = windows_of([Life(account.pk, account.opened_on, account.base_currency)], day, is_over=True)[account.pk]
    if not seen:
        return None
    left = max(tightest(seen).available, Decimal(0))
    return Room(left, fee, chargeable(fee, seen), account.base_currency)
