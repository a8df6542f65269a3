"""What the holder of an account does each day: save, spend, trade, borrow, move in, leave; by its story and dice."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from .book import Book, Day, to_cash
from .chance import Dice
from .instruments import CURRENCIES, INSTRUMENTS, Instrument
from .market import UNIT, Market
from .roster import LIQUIDATION_LASTS, Plan, Planned

_STYLE = {"trader": 4, "debit": 12, "stl_master": 3, "stl_sub": 2, "tiny": 90}  # trades about once in so many days
_COMPANIES = ("HARBORLIGHT SECURITIES LLC", "DOMINION CLEARING CORP", "NORDSTERN BANK AG")

WHOLE = "*"
_FLOW = "Deposits & Withdrawals"
_RECEIPT = "CASH RECEIPTS / ELECTRONIC FUND TRANSFERS"
_DISBURSEMENT = "DISBURSEMENT INITIATED BY ACCOUNT HOLDER"


@dataclass(frozen=True, slots=True)
class Instruction:
    """A fee the portal asked the broker to collect (below zero: to give back); it is booked on the business day after
    `posted_on`.  With `other` it moves inside a trading group, to that account or from it; as a flow it leaves for a
    bank or, below zero, comes from one.  With a symbol it is so many shares, that go to `other` or to the account
    `other_number` at another broker, or below zero come from there; WHOLE comes with whatever was held there."""

    posted_on: date
    account: str
    amount: Decimal
    currency: str
    memo: str
    reference: str
    other: str = ""
    is_flow: bool = False
    symbol: str = ""
    company: str = ""
    other_number: str = ""


class Life:
    """One account lived day by day. The same plan, seed and instructions always give the same life."""

    def __init__(self, plan: Plan, account: Planned, market: Market, instructions: Iterable[Instruction] = ()) -> None:
        self.account, self.market = account, market
        self.book = Book(account, market)
        self._dice = Dice(plan.seed, "life", account.number)
        self._instructions: list[Instruction] = []
        self.ask(instructions)
        self._liquidates_on = plan.liquidates_on(account)
        self._targets = self._choose()
        self._pay_day = 1 + self._dice.roll(24)
        self._scale = max(1, account.first_deposit)
        self._first = self._next = max(1, bisect_left(market.days, account.funded_on))
        self._left = False
        if account.funded_on < market.days[1]:
            self._settle_in()

    def ask(self, instructions: Iterable[Instruction]) -> None:
        """Hand the broker more fees to collect."""
        waiting = [*self._instructions, *instructions]
        self._instructions = sorted(waiting, key=lambda one: (one.posted_on, one.reference))

    def days(self, last: date) -> Iterator[Day]:
        """The days not lived yet, up to `last`."""
        until = min(last, self.account.closed_on or last)
        while self._next < len(self.market.days) and self.market.days[self._next] <= until:
            place = self._next
            self._next += 1
            yield self._live(place)

    def _live(self, place: int) -> Day:
        book = self.book
        today = book.begin(place)
        book.accrue_interest()
        book.corporate()
        before = self.market.days[place - 1]
        if before.month != today.on.month and not self._left:
            book.pay_interest()
            if self.account.story == "trader":
                self._data_fee(before)
        self._collect_fees(before)
        if self._liquidates_on and today.on >= self._liquidates_on:
            self._leave(today, place - self.market.place[self._liquidates_on])
        elif place == self._first and book.total == 0 and self.account.funded_on == today.on:
            self._deposit(self.account.first_deposit, _RECEIPT, rounded=False)
        elif book.total > 0:
            self._flows(today, before)
            self._invest(today)
        return book.close()

    # The start

    def _choose(self) -> list[tuple[Instrument, int]]:
        """Instruments and the share of the account, in thousandths, that each should have."""
        base, story, dice = self.account.currency, self.account.story, self._dice
        home = [one for one in INSTRUMENTS if one.currency == base]
        abroad = [one for one in INSTRUMENTS if one.currency != base]
        if story == "tiny":
            cheap = min(home, key=lambda one: (one.price, one.place))
            return [(cheap, 700)]
        count = 4 + dice.roll(5)
        chosen: dict[int, int] = {}
        while len(chosen) < count:
            source = abroad if dice.roll(100) < 22 and story != "spender" else home
            if len([key for key in chosen if INSTRUMENTS[key].currency == base]) >= len(home):
                source = abroad
            instrument = dice.pick(source)
            # Funds weigh more than single names, so that one name seldom moves the whole account.
            chosen[instrument.place] = 2 + dice.roll(4) + (4 if instrument.sub_category != "COMMON" else 0)
        # A trading group keeps its cash at the desks, so its master draws on them for its fee.
        invested = {"debit": 1180, "portfolio": 1060, "stl_master": 1010}.get(story, 900 + dice.roll(70))
        total = sum(chosen.values())
        return [(INSTRUMENTS[key], weight * invested // total) for key, weight in chosen.items()]

    def _settle_in(self) -> None:
        """An account from before the history: it holds its positions already, bought at other prices."""
        book, deposit = self.book, self.account.first_deposit
        book.begin(0)
        spent = 0
        for instrument, weight in self._targets:
            price = self.market.prices[0][instrument.place]
            in_base = self.market.convert(price, instrument.currency, book.base, 0)
            shares = deposit * weight // 1000 // max(1, in_base)
            if shares:
                book.held[instrument.place] = [shares, shares * price * self._dice.between(72, 104) // 100]
                book.came(instrument, *book.held[instrument.place])
                spent += self.market.convert(shares * price, instrument.currency, book.base, 0)
        cash = to_cash(deposit - spent, book.base)
        for currency in sorted({one.currency for one, _ in self._targets} - {book.base}, key=CURRENCIES.index):
            part = to_cash(self.market.convert(abs(cash) // 9, book.base, currency, 0), currency)
            book.cash[currency] = part
            cash -= to_cash(self.market.convert(part, currency, book.base, 0), book.base)
        book.cash[book.base] = cash
        book.close()

    # Money in and out

    def _flows(self, today: Day, before: date) -> None:
        story, scale, dice, book = self.account.story, self._scale, self._dice, self.book
        chance = dice.roll(230)
        pay_day = today.on.day >= self._pay_day and (before.month != today.on.month or before.day < self._pay_day)
        if story.startswith("stl"):
            self._internal(today, before)
        elif story == "saver" and pay_day:
            self._deposit(scale * (6 + dice.roll(9)) // 1000, "DIRECT DEPOSIT")
        elif story == "spender" and pay_day:
            self._withdraw(book.total * (3 + dice.roll(4)) // 1000, _DISBURSEMENT)
        elif chance == 0 and story not in ("tiny", "emptied", "closing"):
            self._deposit(scale * (20 + dice.roll(80)) // 1000, _RECEIPT)
        elif chance == 1:
            self._withdraw(book.total * (15 + dice.roll(50)) // 1000, _DISBURSEMENT)
        arrives = {"moved_in": 45, "late_moved_in": self._first + 2}.get(story)
        if today.place == arrives:
            self._move_in()
        if story == "portfolio" and today.place == 120:
            self._move_out()

    def _deposit(self, amount: int, text: str, *, rounded: bool = True) -> None:
        amount = self._round(amount) if rounded else amount
        if amount:
            self.book.row(_FLOW, "deposits", self.book.base, amount, text)

    def _withdraw(self, amount: int, text: str) -> None:
        amount = self._round(min(amount, self.book.cash[self.book.base] * 8 // 10))
        if amount > 0:
            self.book.row(_FLOW, "withdrawals", self.book.base, -amount, text)

    def _round(self, amount: int) -> int:
        step = (5_000 if self.book.base == "JPY" else 25) * UNIT
        return amount // step * step

    def _internal(self, today: Day, before: date) -> None:
        """The master of a trading group hands each desk the same sum at the start of a month."""
        if before.month == today.on.month:
            return
        if self.account.kind == "stl_sub":
            self.book.transfer_cash(4_000 * UNIT, self.account.parent or "")
        else:
            self._deposit(self._scale // 50, _RECEIPT)
            for sub in self.account.group:
                self.book.transfer_cash(-4_000 * UNIT, sub)

    def _hand_over(self, asked: Instruction) -> None:
        """Shares as they were asked for; nothing where the account has not so many, which nobody here answers."""
        kind = {"DWAC": "FOP", "BASICFOP": "FOP"}.get(asked.memo, asked.memo)
        other = asked.other or asked.other_number
        if asked.symbol == WHOLE:
            self._move_in(kind, asked.company, other)
            return
        instrument = next((one for one in INSTRUMENTS if one.symbol == asked.symbol), None)
        shares = -int(asked.amount)
        if instrument is None or (shares < 0 and self.book.held.get(instrument.place, [0])[0] < -shares):
            return
        if shares:
            self.book.transfer_position(kind, instrument, shares, asked.company, other)

    def _move_in(self, kind: str = "", company: str = "", other: str = "") -> None:
        company = company or self._dice.pick(_COMPANIES)
        kind = kind or ("ACATS" if self.account.country == "US" else "FOP")
        for instrument, weight in self._targets[:3]:
            price = self.market.prices[self.book.today.place][instrument.place]
            in_base = self.market.convert(price, instrument.currency, self.book.base, self.book.today.place)
            shares = self._scale * weight // 3000 // max(1, in_base)
            if shares:
                self.book.transfer_position(kind, instrument, shares, company, other)

    def _move_out(self) -> None:
        for instrument, _ in self._targets[:1]:
            shares = self.book.held.get(instrument.place, [0])[0] // 4
            if shares:
                self.book.transfer_position("FOP", instrument, -shares, self._dice.pick(_COMPANIES))

    def _data_fee(self, before: date) -> None:
        amount = to_cash(self.market.convert(10 * UNIT, "USD", self.book.base, self.book.today.place), self.book.base)
        text = f"SNAPSHOT MARKET DATA FOR {before:%b %Y}".upper()
        self.book.row("Other Fees", "otherFees", self.book.base, -amount, text)

    def _collect_fees(self, before: date) -> None:
        while self._instructions and self._instructions[0].posted_on <= before:
            asked = self._instructions.pop(0)
            amount = to_cash(int(asked.amount * UNIT), asked.currency)
            if asked.symbol:
                self._hand_over(asked)
            elif asked.other:
                more = {"currency": asked.currency, "reference": asked.reference}
                self.book.transfer_cash(-amount, asked.other, **more)
            elif asked.is_flow:
                kind, words = ("withdrawals", _DISBURSEMENT) if amount > 0 else ("deposits", _RECEIPT)
                self.book.row(_FLOW, kind, asked.currency, -amount, words, reference=asked.reference)
            elif amount < 0 or (amount > 0 and self.book.total > 0):
                more = {"reference": asked.reference}
                self.book.row("Advisor Fees", "advisorFees", asked.currency, -amount, asked.memo, **more)

    # Trading

    def _invest(self, today: Day) -> None:
        book, dice = self.book, self._dice
        trades_today = dice.roll(_STYLE.get(self.account.story, 24)) == 0
        free = book.cash[book.base]
        target = book.total * (1000 - sum(weight for _, weight in self._targets)) // 1000
        if self.account.story in ("debit", "portfolio", "stl_master"):
            if free < target - book.total // 6:
                self._raise_cash(target - free, today)
            elif free > target + book.total // 10:
                self._buy_most_wanted((free - target) // 2, today)
            elif trades_today:
                self._rotate(today)
        elif free < book.total // 200:
            self._raise_cash(book.total // 40, today)
        elif free > target + book.total // 14:
            self._buy_most_wanted(free - target, today)
        elif trades_today:
            self._rotate(today)

    def _wanted(self, place: int) -> list[tuple[int, Instrument]]:
        """How far each target is from its share, the most wanted first, in the base currency."""
        book, wanted = self.book, []
        for instrument, weight in self._targets:
            shares = book.held.get(instrument.place, (0,))[0]
            value = shares * self.market.prices[place][instrument.place]
            value = self.market.convert(value, instrument.currency, book.base, place)
            wanted.append((book.total * weight // 1000 - value, instrument))
        wanted.sort(key=lambda pair: (-pair[0], pair[1].place))
        return wanted

    def _buy_most_wanted(self, budget: int, today: Day) -> None:
        """Up to three purchases a day, so that a large deposit is invested over several."""
        for gap, instrument in self._wanted(today.place)[:3]:
            amount = min(gap, budget)
            if amount > 0:
                budget -= self._buy(instrument, amount, today)

    def _buy(self, instrument: Instrument, amount: int, today: Day) -> int:
        """Spend about `amount` of the base currency, changing money first where it is needed; the sum spent."""
        book, base, currency = self.book, self.book.base, instrument.currency
        price = self._quote(instrument, today.place)
        local = self.market.convert(amount, base, currency, today.place) * 98 // 100
        shares = local // price
        if shares <= 0:
            return 0
        cost = shares * price * 101 // 100 + 5 * UNIT * (150 if currency == "JPY" else 1)
        short = cost - book.cash.get(currency, 0)
        if currency != base and short > 0:
            spend = to_cash(self.market.convert(short, currency, base, today.place), base)
            if spend <= 0:
                return 0
            book.exchange(base, currency, spend, self._clock(9))
        book.trade(instrument, shares, price, self._clock(11))
        return amount

    def _raise_cash(self, amount: int, today: Day) -> None:
        if not self.book.held:
            return
        wanted = [pair for pair in self._wanted(today.place) if pair[1].place in self.book.held]
        if not wanted:
            return
        instrument = wanted[-1][1]
        price = self._quote(instrument, today.place)
        local = self.market.convert(amount, self.book.base, instrument.currency, today.place)
        shares = min(self.book.held[instrument.place][0], local // price + 1)
        self.book.trade(instrument, -shares, price, self._clock(10))
        self._bring_home(today, at_least=self.book.total // 100)

    def _rotate(self, today: Day) -> None:
        """Sell some of what has grown most and buy what has fallen behind."""
        held = [pair for pair in self._wanted(today.place) if pair[1].place in self.book.held]
        if len(held) < 2:
            return
        instrument = held[-1][1]
        shares = self.book.held[instrument.place][0] * self._dice.between(4, 16) // 100
        if not shares:
            return
        price = self._quote(instrument, today.place)
        self.book.trade(instrument, -shares, price, self._clock(10))
        value = self.market.convert(shares * price, instrument.currency, self.book.base, today.place)
        # Foreign proceeds wait in their own currency; only home money buys at once.
        if instrument.currency == self.book.base:
            self._buy(held[0][1], value * 9 // 10, today)

    def _bring_home(self, today: Day, *, at_least: int) -> None:
        book = self.book
        for currency in [code for code in book.cash if code != book.base]:
            amount = book.cash[currency]
            if self.market.convert(amount, currency, book.base, today.place) > at_least:
                book.exchange(currency, book.base, amount, self._clock(14))

    def _quote(self, instrument: Instrument, place: int) -> int:
        """The price of an execution: near the close, on the tick."""
        close, tick = self.market.prices[place][instrument.place], instrument.tick
        return max(tick, close * (100_000 + self._dice.bell(240)) // 100_000 // tick * tick)

    def _clock(self, hour: int) -> str:
        return f"{hour:02d}{self._dice.roll(60):02d}{self._dice.roll(60):02d}"

    # The end

    def _leave(self, today: Day, waited: int) -> None:
        """Sell everything, wait for settlement and dividends, change the money home, withdraw it all."""
        book = self.book
        if waited == 0:
            for key in list(book.held):
                one = INSTRUMENTS[key]
                book.trade(one, -book.held[key][0], self._quote(one, today.place), self._clock(10))
        elif waited == LIQUIDATION_LASTS - 2:
            self._bring_home(today, at_least=0)
        elif waited == LIQUIDATION_LASTS:
            book.pay_interest(all_of_it=True)
            for currency, rest in list(book.cash.items()):
                if rest:
                    book.row(_FLOW, "withdrawals", currency, -rest, _DISBURSEMENT)
            book.cash = {book.base: 0}
            self._left = True
