"""What stands beside a preview: how much the rolling cap leaves, and what is usual among one's other clients."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Case, F, Sum, When

from accounts.broker.feed.models import NavDaily
from accounts.ground.access.context import Who
from accounts.ground.access.scope import scope
from accounts.ground.tree.models import Account
from fees.engine.rolling_cap import YEAR_WINDOW, Paid, chargeable, look_back
from fees.history.queries import PAID, movements

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


def room(who: Who, account: Account, fee: Decimal, day: date) -> Room | None:
    """The cap as of a sealed day, before `fee`; None where no value of the account is known."""
    since = day - timedelta(days=YEAR_WINDOW)
    values = scope(who, NavDaily).filter(account_id=account.pk, nav_date__gt=since, nav_date__lte=day)
    equity = dict(values.values_list("nav_date", "nlv"))
    began = account.opened_on
    if not equity or began is None:
        return None
    signed = Case(When(kind__in=PAID, then=F("amount")), default=-F("amount"))
    rows = movements(who, account, day).filter(day__gt=since, currency=account.base_currency)
    paid = [Paid(*row) for row in rows.values_list("day").annotate(sum=Sum(signed)).order_by("day")]
    seen = look_back(day=day, age=(day - began).days, equity=equity, paid=paid, currency=account.base_currency)
    if not seen:
        return None
    left = max(min(one.available for one in seen), Decimal(0))
    return Room(left, fee, chargeable(fee, seen), account.base_currency)
