"""What a threshold is measured with beside the account's own values: a benchmark's prices, and rates of exchange."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from fees.engine.arithmetic import as_amount
from fees.engine.hurdle import Threshold, ThresholdKind, benchmark_return, hurdle_amount

PRICE_STEP = Decimal("0.0000000001")


class Pair(NamedTuple):
    """A rate of exchange: what one unit of the first currency is in the second."""

    of: str
    into: str

    def __str__(self) -> str:
        return f"{self.of}.{self.into}"


Symbol = str | Pair
Prices = Mapping[tuple[Symbol, date], Decimal]


class Quote(NamedTuple):
    """The benchmark's closing prices before the first and on the last day."""

    begin_day: date
    begin: Decimal
    end_day: date
    end: Decimal
    symbol: str


class Rate(NamedTuple):
    """The rate of a day at which an amount in another currency was turned into the account's."""

    currency: str
    day: date
    rate: Decimal


class Hurdle(NamedTuple):
    """What had to be exceeded, and of what it was made; `figure` of an amount is in the currency of its rate."""

    kind: ThresholdKind
    figure: Decimal | None
    base: Decimal
    amount: Decimal
    quote: Quote | None = None
    rate: Rate | None = None


class MissingPrice(LookupError):
    """A price of the benchmark, or a rate of exchange, is not known."""

    def __init__(self, symbol: Symbol, day: date) -> None:
        super().__init__(f"no price of {symbol} for {day.isoformat()}")
        self.symbol = str(symbol)
        self.day = day
        self.reason = "no_rate" if isinstance(symbol, Pair) else "no_price"


def wanted(threshold: Threshold | None, *, before: date, last: date, currency: str) -> set[tuple[Symbol, date]]:
    """What a period from `before` to `last` asks for, of an account in a currency: a benchmark's two prices, or for an
    amount in another currency the rate of the last day."""
    if threshold is None:
        return set()
    if threshold.kind == ThresholdKind.BENCHMARK:
        return {(threshold.benchmark, before), (threshold.benchmark, last)}
    return {(Pair(threshold.currency, currency), last)} if threshold.currency not in ("", currency) else set()


def measured(threshold: Threshold, *, base: Decimal, before: date, last: date, currency: str, prices: Prices) -> Hurdle:
    """The amount to exceed, in the currency of the account; MissingPrice where a price or a rate is not known."""
    base = as_amount(base)
    asked = wanted(threshold, before=before, last=last, currency=currency)
    for symbol, day in sorted(asked, key=lambda one: one[1]):
        if (symbol, day) not in prices:
            raise MissingPrice(symbol, day)
    quote = rate = returned = None
    if threshold.kind == ThresholdKind.BENCHMARK:
        symbol = threshold.benchmark
        quote = Quote(before, prices[symbol, before], last, prices[symbol, last], symbol)
        returned = benchmark_return(quote.begin, quote.end)
    elif asked:
        rate = Rate(threshold.currency, last, prices[Pair(threshold.currency, currency), last])
    amount = hurdle_amount(threshold, base=base, returned=returned, rate=rate.rate if rate else None)
    return Hurdle(threshold.kind, threshold.figure, base, amount, quote, rate)
