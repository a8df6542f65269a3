"""The book of one account: cash by currency, positions, accruals; every change is a row until the day is closed."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from .calendar import add_business_days
from .instruments import INSTRUMENTS, Instrument
from .market import RATE, UNIT, Dividend, Market, Split
from .roster import Planned

CENT = 100
_FX_ORDER = ("EUR", "GBP", "USD", "CHF", "JPY")


class Trade(NamedTuple):
    instrument: Instrument | None  # None for a currency trade
    symbol: str
    currency: str
    quantity: int  # shares; ten-thousandths of the first currency in a currency trade
    price: int  # ten-thousandths; hundred-millionths in a currency trade
    proceeds: int
    commission: int
    commission_currency: str
    cost: int
    realized: int
    opens: bool
    settles: date
    clock: str
    number: int


class Cash(NamedTuple):
    kind: str
    currency: str
    amount: int
    description: str
    instrument: Instrument | None
    settles: date
    number: int
    reference: str = ""
    ex_on: date | None = None


class Transfer(NamedTuple):
    kind: str
    direction: str
    instrument: Instrument | None
    quantity: int
    price: int
    value: int  # of the position, or the cash of an internal transfer
    other: str
    company: str
    number: int
    currency: str = ""  # of cash; "" is the base currency
    reference: str = ""


class Action(NamedTuple):
    split: Split
    quantity: int
    value: int
    number: int


@dataclass(slots=True)
class Day:
    """One day: what changed, and the value before and after in ten-thousandths of the base currency."""

    place: int
    on: date
    start: int
    opening_cash: dict[str, int]
    moves: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))
    trades: list[Trade] = field(default_factory=list)
    cash_rows: list[Cash] = field(default_factory=list)
    transfers: list[Transfer] = field(default_factory=list)
    actions: list[Action] = field(default_factory=list)
    # Paid for positions less received for them, by currency.
    bought: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    asset_transfers: int = 0
    changes: dict[str, int] = field(default_factory=dict)  # the components of ChangeInNAV
    parts: dict[str, int] = field(default_factory=dict)  # the columns of EquitySummary
    closing_cash: dict[str, int] = field(default_factory=dict)
    settled_cash: dict[str, int] = field(default_factory=dict)
    start_cash_base: int = 0
    end: int = 0
    flow: int = 0


class Book:
    def __init__(self, account: Planned, market: Market) -> None:
        self.account, self.market, self.base = account, market, account.currency
        self.cash: dict[str, int] = {self.base: 0}
        self.held: dict[int, list[int]] = {}  # place of the instrument -> [shares, cost]
        self.lots: dict[int, list[list[int]]] = {}  # the same by purchase, the oldest first
        self.pending: list[tuple[Dividend, int, int]] = []  # dividend, gross, tax
        self.interest = self._interest_before = 0
        self.total = self.dividends = self.cash_base = 0
        self._values: dict[str, int] = {}
        self._unsettled: list[tuple[date, str, int]] = []
        self._serial = 0
        self.today: Day

    # Days

    def begin(self, place: int) -> Day:
        self.today = Day(place, self.market.days[place], self.total, dict(self.cash), start_cash_base=self.cash_base)
        return self.today

    def close(self) -> Day:
        """Value everything at the day's prices and rates; what no other component explains is currency translation."""
        day, base, convert, place = self.today, self.base, self.market.convert, self.today.place
        parts, values = self._value_positions(place)
        long = short = 0
        for currency, amount in self.cash.items():
            value = convert(amount, currency, base, place)
            if value >= 0:
                long += value
            else:
                short += value
        dividends = sum(convert(gross - tax, due.instrument.currency, base, place) for due, gross, tax in self.pending)
        gains = {
            currency: values.get(currency, 0) - self._values.get(currency, 0) - day.bought.get(currency, 0)
            for currency in {*values, *self._values, *day.bought}
        }
        changes = self._flows(day, place)
        changes["mtm"] = sum(convert(gain, currency, base, place) for currency, gain in gains.items())
        changes["assetTransfers"] = day.asset_transfers
        changes["changeInDividendAccruals"] = dividends - self.dividends
        changes["changeInInterestAccruals"] = self.interest - changes.pop("interest before")
        parts.update(cashLong=long, cashShort=short, interestAccruals=self.interest, dividendAccruals=dividends)
        end = long + short + parts["stock"] + parts["funds"] + parts["bonds"] + self.interest + dividends
        changes["fxTranslation"] = end - day.start - sum(changes.values())
        day.changes, day.parts, day.end = changes, parts, end
        day.flow = changes["depositsWithdrawals"] + changes["internalCashTransfers"] + day.asset_transfers
        day.closing_cash = dict(self.cash)
        self._settle(day)
        self.total, self.dividends, self.cash_base, self._values = end, dividends, long + short, values
        return day

    def _value_positions(self, place: int) -> tuple[dict[str, int], dict[str, int]]:
        prices, rates, base = self.market.prices[place], self.market.rates[place], self.base
        parts = {"stock": 0, "funds": 0, "bonds": 0}
        values: dict[str, int] = {}
        for key, (shares, _) in self.held.items():
            instrument = INSTRUMENTS[key]
            currency = instrument.currency
            value = shares * prices[key]
            values[currency] = values.get(currency, 0) + value
            if currency != base:
                value = (value * rates[currency, base] + RATE // 2) // RATE
            category = instrument.category
            parts["stock" if category == "STK" else "funds" if category == "FUND" else "bonds"] += value
        return parts, values

    def _flows(self, day: Day, place: int) -> dict[str, int]:
        base, convert = self.base, self.market.convert
        changes = {
            "depositsWithdrawals": 0, "internalCashTransfers": 0, "dividends": 0, "withholdingTax": 0, "interest": 0,
            "advisorFees": 0, "otherFees": 0, "commissions": 0,
        }  # fmt: skip
        for (currency, kind), amount in day.moves.items():
            name = _COMPONENT.get(kind)
            if name:
                changes[name] += convert(amount, currency, base, place)
        changes["interest before"] = self._interest_before
        return changes

    def _settle(self, day: Day) -> None:
        if self._unsettled:
            self._unsettled = [row for row in self._unsettled if row[0] > day.on]
        day.settled_cash = dict(day.closing_cash)
        for _, currency, amount in self._unsettled:
            day.settled_cash[currency] -= amount

    # What may happen in a day

    def move(self, kind: str, currency: str, amount: int) -> None:
        self.cash[currency] = self.cash.get(currency, 0) + amount
        self.today.moves[currency, kind] += amount

    def row(self, type_: str, kind: str, currency: str, amount: int, description: str, **more) -> None:
        """A cash transaction: it moves the cash and shows in the statement."""
        self.move(kind, currency, amount)
        more = {"instrument": None, "settles": self.today.on, **more}
        self.today.cash_rows.append(Cash(type_, currency, amount, description, number=self.number(), **more))

    def number(self) -> int:
        self._serial += 1
        return int(self.account.number[1:]) * 100_000 + self._serial

    def trade(self, instrument: Instrument, shares: int, price: int, clock: str) -> None:
        """Buy (shares > 0) or sell; the commission is in the currency of the instrument."""
        day, currency = self.today, instrument.currency
        value = shares * price
        commission = self._commission(instrument, abs(shares), abs(value))
        position = self.held.setdefault(instrument.place, [0, 0])
        opens, realized = shares > 0, 0
        if opens:
            cost = value + commission
            self.came(instrument, shares, cost)
        else:
            cost = -self._went(instrument, -shares)
            realized = -value - commission + cost
        position[0] += shares
        position[1] += cost
        if not position[0]:
            del self.held[instrument.place]
        day.bought[currency] += value
        self.move("netTradesPurchases" if opens else "netTradesSales", currency, -value)
        self.move("commissions", currency, -commission)
        settles = add_business_days(day.on, instrument.settles)
        self._unsettled.append((settles, currency, -value - commission))
        day.trades.append(
            Trade(
                instrument, instrument.symbol, currency, shares, price, -value, -commission, currency, cost, realized,
                opens, settles, clock, self.number(),
            )
        )  # fmt: skip

    def came(self, instrument: Instrument, shares: int, cost: int) -> None:
        """A lot more."""
        self.lots.setdefault(instrument.place, []).append([shares, cost])

    def _went(self, instrument: Instrument, shares: int) -> int:
        """The cost of so many shares first in, first out, as the broker tells what a sale realized."""
        lots, gone = self.lots[instrument.place], 0
        while shares:
            held, cost = lots[0]
            part = min(shares, held)
            share = cost * part // held
            gone, shares = gone + share, shares - part
            lots[0] = [held - part, cost - share]
            if part == held:
                del lots[0]
        return gone

    def _commission(self, instrument: Instrument, shares: int, value: int) -> int:
        if instrument.currency == "USD":
            return max(UNIT, shares * 50 // CENT * CENT)
        step = UNIT if instrument.currency == "JPY" else CENT
        return max(80 * UNIT if instrument.currency == "JPY" else 3 * UNIT, value * 8 // 10_000 // step * step)

    def exchange(self, sell: str, buy: str, amount: int, clock: str) -> None:
        """Change `amount` of one currency into another at the day's rate; the commission is in the base currency."""
        day = self.today
        first, second = sorted((sell, buy), key=_FX_ORDER.index)
        rate = self.market.rates[day.place][first, second]
        if first == sell:
            quantity, opens = -amount, False
        else:
            quantity, opens = to_cash(amount * RATE // rate, first), True
        proceeds = to_cash(abs(quantity) * rate // RATE, second) * (-1 if opens else 1)
        if not proceeds:
            return
        commission = to_cash(self.market.convert(2 * UNIT, "USD", self.base, day.place), self.base) or CENT
        settles = add_business_days(day.on, 2)
        for currency, change in ((first, quantity), (second, proceeds)):
            self.move("netTradesSales" if change > 0 else "netTradesPurchases", currency, change)
            self._unsettled.append((settles, currency, change))
        self.move("commissions", self.base, -commission)
        self._unsettled.append((settles, self.base, -commission))
        symbol = f"{first}.{second}"
        day.trades.append(
            Trade(
                None, symbol, second, quantity, rate, proceeds, -commission, self.base, 0, 0,
                opens, settles, clock, self.number(),
            )
        )  # fmt: skip

    def transfer_position(self, kind: str, instrument: Instrument, shares: int, company: str, other: str = "") -> None:
        """Shares arrive (or leave, shares < 0) at the day's closing price."""
        day = self.today
        price = self.market.prices[day.place][instrument.place]
        position = self.held.setdefault(instrument.place, [0, 0])
        if shares > 0:
            self.came(instrument, shares, shares * price)
        position[1] += shares * price if shares > 0 else -self._went(instrument, -shares)
        position[0] += shares
        if not position[0]:
            del self.held[instrument.place]
        value = shares * price
        day.bought[instrument.currency] += value
        day.asset_transfers += self.market.convert(value, instrument.currency, self.base, day.place)
        direction = "IN" if shares > 0 else "OUT"
        day.transfers.append(Transfer(kind, direction, instrument, shares, price, value, other, company, self.number()))

    def transfer_cash(self, amount: int, other: str, *, currency: str = "", reference: str = "") -> None:
        """Cash inside the firm, in the account's base currency unless another is named."""
        self.move("internalTransfers", currency or self.base, amount)
        direction = "IN" if amount > 0 else "OUT"
        cash = Transfer("INTERNAL", direction, None, 0, 0, amount, other, "", self.number(), currency, reference)
        self.today.transfers.append(cash)

    # What the market and the broker do to every book

    def corporate(self) -> None:
        place = self.today.place
        for split in self.market.splits.get(place, ()):
            position = self.held.get(split.instrument.place)
            if position:
                added = position[0] * (split.shares - 1)
                position[0] += added
                for lot in self.lots[split.instrument.place]:
                    lot[0] *= split.shares
                value = added * self.market.prices[place][split.instrument.place]
                self.today.actions.append(Action(split, added, value, self.number()))
        for dividend in self.market.dividends.get(place, ()):
            position = self.held.get(dividend.instrument.place)
            if position and position[0] > 0:
                gross = to_cash(position[0] * dividend.amount, dividend.instrument.currency)
                tax = to_cash(gross * self._tax_percent(dividend.instrument) // 100, dividend.instrument.currency)
                if gross:
                    self.pending.append((dividend, gross, tax))
        if self.pending:
            self._pay_dividends()

    def _pay_dividends(self) -> None:
        day = self.today
        for dividend, gross, tax in [due for due in self.pending if due[0].pays_on <= day.on]:
            instrument = dividend.instrument
            issue = f"{instrument.symbol}({instrument.isin})"
            text = f"{issue} CASH DIVIDEND {instrument.currency} {decimal(dividend.amount)} PER SHARE"
            more = {"instrument": instrument, "ex_on": dividend.ex_on}
            self.row("Dividends", "dividends", instrument.currency, gross, f"{text} (Ordinary Dividend)", **more)
            if tax:
                text += f" - {instrument.country} TAX"
                self.row("Withholding Tax", "withholdingTax", instrument.currency, -tax, text, **more)
        self.pending = [due for due in self.pending if due[0].pays_on > day.on]

    def _tax_percent(self, instrument: Instrument) -> int:
        at_home = instrument.country == self.account.country
        if at_home or instrument.country in ("GB", "IE") or self.account.customer_type.startswith("IRA"):
            return 0
        return {"DE": 26, "CH": 35, "ES": 19}.get(instrument.country, 15)

    def accrue_interest(self) -> None:
        """Simple interest on the base cash of the night before, for every calendar day since."""
        place = self.today.place
        self._interest_before = self.interest
        nights = (self.today.on - self.market.days[place - 1]).days
        cash = self.cash[self.base]
        yearly = 0 if self.base == "JPY" and cash > 0 else 640 if cash < 0 else 240 if cash > 10_000 * UNIT else 0
        if yearly:
            self.interest += cash * yearly * nights // (10_000 * 360)

    def pay_interest(self, *, all_of_it: bool = False) -> None:
        amount = to_cash(self.interest, self.base)
        if amount:
            name = "Broker Interest Received" if amount > 0 else "Broker Interest Paid"
            month = self.market.days[self.today.place - 1].strftime("%m-%Y")
            side = "CREDIT" if amount > 0 else "DEBIT"
            self.row(name, "brokerInterest", self.base, amount, f"{self.base} {side} INT FOR {month}")
            self.interest -= amount
        if all_of_it:
            self.interest = 0


_COMPONENT = {
    "deposits": "depositsWithdrawals",
    "withdrawals": "depositsWithdrawals",
    "internalTransfers": "internalCashTransfers",
    "dividends": "dividends",
    "withholdingTax": "withholdingTax",
    "brokerInterest": "interest",
    "advisorFees": "advisorFees",
    "otherFees": "otherFees",
    "commissions": "commissions",
}


def to_cash(amount: int, currency: str) -> int:
    """Toward zero to the smallest coin of the currency."""
    step = UNIT if currency == "JPY" else CENT
    return amount // step * step if amount >= 0 else -(-amount // step * step)


def decimal(amount: int, places: int = 4) -> str:
    """Ten-thousandths as plain decimal text without needless zeros."""
    if not amount:
        return "0"
    sign = ""
    if amount < 0:
        sign, amount = "-", -amount
    whole, rest = divmod(amount, 10**places)
    if not rest:
        return f"{sign}{whole}"
    return f"{sign}{whole}.{rest:0{places}d}".rstrip("0")
