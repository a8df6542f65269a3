"""What an account bears: how far its fees are from the rolling cap, and who paid the broker's charges."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from django.db.models import Count, Sum

from accounts.ground.access.context import Who
from accounts.ground.access.scope import scope
from accounts.ground.tree.models import Account
from fees.borne.models import BorneCharge
from fees.engine.arithmetic import CONTEXT
from fees.engine.rolling_cap import YEAR_WINDOW, Window, share, tightest
from fees.headroom.queries import Life, windows_of

WHOLE = 100


class Look(NamedTuple):
    """One window of the cap, as it is read."""

    window: Window
    first: date
    share: Decimal
    is_tightest: bool

    @property
    def used(self) -> int:
        """How much of what is allowed has been paid, in whole percent; all of it where nothing is allowed."""
        if self.window.allowed <= 0:
            return WHOLE if self.window.paid > 0 else 0
        part = CONTEXT.divide(CONTEXT.multiply(self.window.paid, Decimal(WHOLE)), self.window.allowed)
        return min(max(int(part), 0), WHOLE)


class Borne(NamedTuple):
    """The broker's charges of a year that one side paid, in one currency."""

    payer: str
    currency: str
    number: int
    total: Decimal


@dataclass(frozen=True)
class Report:
    """One account on a sealed day; without a known value there are no windows."""

    day: date
    looks: Sequence[Look]
    borne: Sequence[Borne]

    @property
    def tightest(self) -> Look | None:
        """The window that decides."""
        return next((one for one in self.looks if one.is_tightest), None)

    @property
    def left(self) -> Decimal | None:
        """What all advisors together may still charge, never below zero."""
        return max(self.tightest.window.available, Decimal(0)) if self.tightest else None


def report(who: Who, account: Account, sealed: date) -> Report:
    """Of an account that the person sees; fees of every payee count, as sums that tell nobody apart."""
    seen = windows_of([Life(account.pk, account.opened_on, account.base_currency)], sealed, is_over=True)[account.pk]
    least = tightest(seen) if seen else None
    looks = [
        Look(one, sealed - timedelta(days=one.days - 1), share(one.days), is_tightest=one is least) for one in seen
    ]
    rows = scope(who, BorneCharge).filter(
        account=account, day__lte=sealed, charged_on__gt=sealed - timedelta(days=YEAR_WINDOW)
    )
    sums = rows.values("payer", "currency").annotate(number=Count("pk"), total=Sum("amount"))
    return Report(sealed, looks, [Borne(**one) for one in sums.order_by("payer", "currency")])
