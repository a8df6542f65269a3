"""Recording prices of benchmarks: a price that is known already is left alone, another one is a correction."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.broker.feed.queries import telling
from accounts.broker.prices.models import ClosingPrice
from accounts.broker.prices.queries import closing_prices
from accounts.broker.prices.rules import Price
from accounts.ground.access.context import current_alias


def record_prices(prices: Sequence[Price], *, source: str, at: datetime | None = None) -> int:
    """Store what is new or different; how many that were. What nights have used stays as they used it.

    They bear an instant (`at`) from inside the lock of statements: no night reads between that instant and the rows.
    """
    with transaction.atomic(using=current_alias.get()):
        telling(alone=True)
        at = at or timezone.now()
        known = closing_prices((one.symbol, one.day) for one in prices)
        new = [one for one in prices if known.get((one.symbol, one.day)) != one.price]
        ClosingPrice.unscoped.bulk_create(
            ClosingPrice(symbol=one.symbol, day=one.day, price=one.price, recorded_at=at, source=source[:200])
            for one in new
        )
    return len(new)
