"""Recording prices of benchmarks: a price that is known already is left alone, another one is a correction."""

from collections.abc import Callable, Sequence
from datetime import datetime

from django.db import transaction

from accounts.broker.feed.queries import telling
from accounts.broker.prices.models import ClosingPrice
from accounts.broker.prices.queries import closing_prices
from accounts.broker.prices.rules import Price
from accounts.ground.access.context import current_alias


def record_prices(prices: Sequence[Price], *, source: str, at: datetime | Callable[[], datetime]) -> int:
    """Store what is new or different; how many that were. What nights have used stays as they used it.

    No night reads between the instant that they bear and the rows: a clock as `at` is read inside their lock.
    """
    with transaction.atomic(using=current_alias.get()):
        telling(alone=True)
        at = at() if callable(at) else at
        known = closing_prices((one.symbol, one.day) for one in prices)
        new = [one for one in prices if known.get((one.symbol, one.day)) != one.price]
        ClosingPrice.unscoped.bulk_create(
            ClosingPrice(symbol=one.symbol, day=one.day, price=one.price, recorded_at=at, source=source[:200])
            for one in new
        )
    return len(new)
