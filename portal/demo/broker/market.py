"""Prices, exchange rates, dividends and splits of every business day from one seed: whole numbers throughout."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from .calendar import add_business_days, business_days, previous_business_day
from .chance import Dice
from .instruments import CURRENCIES, INSTRUMENTS, START_RATES, Instrument

UNIT = 10_000  # money and prices are counted in ten-thousandths
RATE = 100_000_000  # exchange rates in hundred-millionths
_MILLION = 1_000_000
_LARGEST_MOVE = 21_000
_PAYS_AFTER = 8
# Splits by business days since the start of history: symbol, new shares for each old one.
_SPLITS = {64: ("HLNX", 4), 171: ("7311", 2), 269: ("OPLX", 3), 610: ("HLNX", 2)}
_BY_SYMBOL = {instrument.symbol: instrument.place for instrument in INSTRUMENTS}


@dataclass(frozen=True, slots=True)
class Dividend:
    instrument: Instrument
    amount: int  # a share, in ten-thousandths
    ex_on: date
    pays_on: date
    action_id: int


@dataclass(frozen=True, slots=True)
class Split:
    instrument: Instrument
    shares: int
    action_id: int


class Market:
    """Day 0 is the business day before history begins; it only sets opening values."""

    def __init__(self, seed: int, since: date, last: date) -> None:
        self.days = [previous_business_day(since), *business_days(since, last)]
        self.place = {day: place for place, day in enumerate(self.days)}
        self.prices: list[list[int]] = []
        self.rates: list[dict[tuple[str, str], int]] = []
        self.dividends: dict[int, list[Dividend]] = defaultdict(list)
        self.splits: dict[int, list[Split]] = defaultdict(list)
        prices = [instrument.price for instrument in INSTRUMENTS]
        dollars = {code: START_RATES[code][0] for code in CURRENCIES}
        for place, day in enumerate(self.days):
            if place:
                self._move(Dice(seed, "market", day), place, day, prices, dollars)
            self.prices.append(list(prices))
            self.rates.append(_crosses(dollars))

    def _move(self, dice: Dice, place: int, day: date, prices: list[int], dollars: dict[str, int]) -> None:
        common = dice.bell(13_500)
        for instrument in INSTRUMENTS:
            own = dice.bell(instrument.swing) + instrument.drift + common * instrument.beta // 100
            own = max(-_LARGEST_MOVE, min(_LARGEST_MOVE, own))
            price = prices[instrument.place]
            price += price * own // _MILLION
            tick = instrument.tick
            prices[instrument.place] = max(tick, (price + tick // 2) // tick * tick)
        for code in CURRENCIES:
            dollars[code] += dollars[code] * dice.bell(START_RATES[code][1]) // _MILLION
        self._pay_dividends(place, day, prices)
        if place in _SPLITS:
            symbol, shares = _SPLITS[place]
            instrument = INSTRUMENTS[_BY_SYMBOL[symbol]]
            self.splits[place].append(Split(instrument, shares, 130_000_000 + place))
            tick = instrument.tick
            prices[instrument.place] = max(tick, prices[instrument.place] // shares // tick * tick)

    def _pay_dividends(self, place: int, day: date, prices: list[int]) -> None:
        for instrument in INSTRUMENTS:
            # Each issue has its own day; the first business day on or after it counts.
            due = date(day.year, day.month, 8 + instrument.place % 14)
            if day.month in instrument.months and self.days[place - 1] < due <= day:
                amount = prices[instrument.place] * instrument.dividend // UNIT
                prices[instrument.place] -= amount // instrument.tick * instrument.tick
                pays_on = add_business_days(day, _PAYS_AFTER)
                action_id = 120_000_000 + place * 100 + instrument.place
                self.dividends[place].append(Dividend(instrument, amount, day, pays_on, action_id))

    def convert(self, amount: int, currency: str, base: str, place: int) -> int:
        """An amount in another currency, rounded half up to a ten-thousandth."""
        if currency == base:
            return amount
        return (amount * self.rates[place][currency, base] + RATE // 2) // RATE


def _crosses(dollars: dict[str, int]) -> dict[tuple[str, str], int]:
    return {(a, b): (dollars[a] * RATE + dollars[b] // 2) // dollars[b] for a in CURRENCIES for b in CURRENCIES}
