"""Reading the prices of benchmarks, as they are known now or were known at an instant."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal

from accounts.broker.prices.models import ClosingPrice
from accounts.ground.access.context import cursor

MOST_SYMBOLS = 500
Prices = dict[tuple[str, date], Decimal]


def closing_prices(wanted: Iterable[tuple[str, date]], *, at: datetime | None = None) -> Prices:
    """The prices of these benchmarks and days that are known; with `at`, as they were known then."""
    pairs = sorted(set(wanted))
    if not pairs:
        return {}
    with cursor() as cur:
        cur.execute(
            """
            SELECT DISTINCT ON (p.symbol, p.day) p.symbol, p.day, p.price
              FROM broker_closingprice p
              JOIN unnest(%(symbols)s::text[], %(days)s::date[]) w (symbol, day) USING (symbol, day)
             WHERE %(at)s::timestamptz IS NULL OR p.recorded_at <= %(at)s
             ORDER BY p.symbol, p.day, p.recorded_at DESC
            """,
            {"symbols": [symbol for symbol, _ in pairs], "days": [day for _, day in pairs], "at": at},
        )
        return {(symbol, day): price for symbol, day, price in cur.fetchall()}


def benchmarks() -> list[str]:
    """The symbols that have a price."""
    return list(ClosingPrice.unscoped.order_by("symbol").values_list("symbol", flat=True).distinct()[:MOST_SYMBOLS])
