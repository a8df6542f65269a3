"""Turns closed days into the XML of one FlexStatement; a statement covers one day or a longer span of them."""

from collections.abc import Iterator
from datetime import date, timedelta
from xml.sax.saxutils import escape

from .book import Action, Book, Cash, Day, Trade, Transfer, decimal
from .instruments import CURRENCIES, INSTRUMENTS, Instrument
from .market import Market
from .roster import Planned

_TWR = 10**14
_NAV_ZERO = (
    'realized="0" changeInUnrealized="0" costAdjustments="0" transferredPnlAdjustments="0" brokerFees="0" '
    'clientFees="0" transactionTax="0" salesTax="0" linkingAdjustments="0" other="0"'
)
_NAV_COLUMNS = (
    "mtm", "depositsWithdrawals", "internalCashTransfers", "assetTransfers", "dividends", "withholdingTax",
    "changeInDividendAccruals", "interest", "changeInInterestAccruals", "advisorFees", "otherFees", "commissions",
    "fxTranslation",
)  # fmt: skip
_CASH_COLUMNS = (
    "commissions", "deposits", "withdrawals", "internalTransfers", "dividends", "brokerInterest", "netTradesSales",
    "netTradesPurchases", "advisorFees", "withholdingTax", "otherFees",
)  # fmt: skip
_CASH_ZERO = " ".join(f'{name}="0"' for name in (*_CASH_COLUMNS, "depositWithdrawals"))


def attribute(text: str) -> str:
    """The text as a quoted attribute value. Always in double quotes, as the broker does."""
    return f'"{escape(text, {chr(34): "&quot;"})}"'


def compact(day: date) -> str:
    return f"{day.year:04d}{day.month:02d}{day.day:02d}"


class Printer:
    """What is the same in every statement of a run: instrument columns, day texts, exchange rates."""

    def __init__(self, market: Market, *, detail: str = "full") -> None:
        self.market, self.full = market, detail == "full"
        self.days = [compact(day) for day in market.days]
        self.instrument = [_instrument_columns(one) for one in INSTRUMENTS]
        self.security = [_security(one) for one in INSTRUMENTS]
        self._rates = [{pair: decimal(rate, 8) for pair, rate in rates.items()} for rates in market.rates]
        self._conversions: dict[tuple[int, str, str], str] = {}
        self._positions: dict[tuple[int, int, str], str] = {}

    def rate(self, place: int, currency: str, base: str) -> str:
        return self._rates[place][currency, base]

    def conversion(self, place: int, currency: str, base: str) -> str:
        """The ConversionRate row of a day."""
        found = self._conversions.get((place, currency, base))
        if found is None:
            found = self._conversions[place, currency, base] = (
                f'<ConversionRate reportDate="{self.days[place]}" fromCurrency="{currency}" toCurrency="{base}" '
                f'rate="{self.rate(place, currency, base)}" />\n'
            )
        return found

    def position_columns(self, place: int, key: int, base: str) -> str:
        found = self._positions.get((place, key, base))
        if found is None:
            one = INSTRUMENTS[key]
            found = self._positions[place, key, base] = (
                f'currency="{one.currency}" fxRateToBase="{self.rate(place, one.currency, base)}" '
                f"{self.instrument[key]} "
                f'reportDate="{self.days[place]}" markPrice="{decimal(self.market.prices[place][key])}" side="Long" '
                'levelOfDetail="SUMMARY"'
            )
        return found


class Span:
    """The days of one account that go into one statement, added up as they come."""

    def __init__(self, printer: Printer, account: Planned, book: Book, *, first: date, last: date, period: str) -> None:
        self.printer, self.account, self.book = printer, account, book
        self.first, self.last, self.period = first, last, period
        self._dates = f'fromDate="{compact(first)}" toDate="{compact(last)}"'
        self.who = f'accountId="{account.number}" acctAlias={attribute(account.alias)} model=""'
        self._equity: list[str] = []
        self._rows: dict[str, list[str]] = {
            "CorporateActions": [],
            "CashTransactions": [],
            "Trades": [],
            "Transfers": [],
        }
        self._changes = dict.fromkeys(_NAV_COLUMNS, 0)
        self._moves: dict[tuple[str, str], int] = {}
        self._twr = _TWR
        self._opening: Day
        self._latest: Day
        self._empty = True
        self._touched: set[int] = set()
        self._places: list[int] = []
        self.nav = True

    def add(self, day: Day, *, nav: bool = True) -> None:
        if self._empty:
            self._opening, self._empty = day, False
        self._latest = day
        if nav:
            self._equity.append(self._summary(day))
        self.nav = nav
        changes = self._changes
        for name, amount in day.changes.items():
            changes[name] += amount
        for key, amount in day.moves.items():
            self._moves[key] = self._moves.get(key, 0) + amount
        if day.start > 0:
            self._twr = self._twr * (day.end - day.flow) // day.start
        rows = self._rows
        if day.trades:
            rows["Trades"] += [self._trade(day, one) for one in day.trades]
        if day.cash_rows:
            rows["CashTransactions"] += [self._cash(day, one) for one in day.cash_rows]
        if day.transfers:
            rows["Transfers"] += [self._transfer(day, one) for one in day.transfers]
        if day.actions:
            rows["CorporateActions"] += [self._action(day, one) for one in day.actions]
        self._places.append(day.place)

    def text(self) -> str:
        """The whole FlexStatement element."""
        last, account = self._latest, self.account
        stamp = compact(self.last + timedelta(days=1))
        out = [
            f'<FlexStatement accountId="{account.number}" {self._dates} '
            f'period="{self.period}" whenGenerated="{stamp};053012">\n',
            self._information(),
            "<EquitySummaryInBase>\n", *self._equity, "</EquitySummaryInBase>\n",
        ]  # fmt: skip
        if self.nav:
            out.append(self._change_in_nav(last))
        out += ["<CashReport>\n", *self._cash_report(last), "</CashReport>\n"]
        if self.printer.full:
            out += ["<OpenPositions>\n", *self._positions(last), "</OpenPositions>\n"]
        for name, rows in self._rows.items():
            if rows:
                out += [f"<{name}>\n", *rows, f"</{name}>\n"]
        if self.printer.full:
            securities = sorted(self._touched | set(self.book.held))
            out += ["<SecuritiesInfo>\n", *(self.printer.security[key] for key in securities), "</SecuritiesInfo>\n"]
            out += ["<ConversionRates>\n", *self._conversions(securities), "</ConversionRates>\n"]
        out.append("</FlexStatement>\n")
        return "".join(out)

    def _conversions(self, securities: list[int]) -> Iterator[str]:
        """The rates of every day for the currencies that occur in the statement."""
        base = self.account.currency
        used = {currency for currency, _ in self._moves} | {INSTRUMENTS[key].currency for key in securities}
        used |= {*self._opening.opening_cash, *self._latest.closing_cash}
        for place in self._places:
            for currency in CURRENCIES:
                if currency in used and currency != base:
                    yield self.printer.conversion(place, currency, base)

    # Direct rows

    def _information(self) -> str:
        account = self.account
        closed = compact(account.closed_on) if account.closed_on and account.closed_on <= self.last else ""
        permissions = "Stocks,Bonds,Mutual Funds,Forex" if account.margin != "Cash" else "Stocks,Bonds,Mutual Funds"
        first = account.people[0] if account.people else None
        mail = f"{account.number.lower()}@example.org" if first else ""
        return (
            f'<AccountInformation {self.who} currency="{account.currency}" name={attribute(account.title)} '
            f'accountType="{account.account_type}" '
            f'customerType="{account.customer_type}" accountCapabilities="{account.margin}" '
            f'tradingPermissions="{permissions}" '
            f'dateOpened="{compact(account.opened_on)}" dateFunded="{compact(account.funded_on)}" '
            f'dateClosed="{closed}" '
            f'country="{account.country}" masterName={attribute(account.master_name)} ibEntity="{account.entity}" '
            f'primaryEmail="{mail}" />\n'
        )

    def _summary(self, day: Day) -> str:
        parts = day.parts
        long, short = parts["cashLong"], parts["cashShort"]
        stock, interest = decimal(parts["stock"]), parts["interestAccruals"]
        debt = short + (interest if interest < 0 else 0)
        return (
            f'<EquitySummaryByReportDateInBase {self.who} currency="{self.account.currency}" '
            f'reportDate="{self.printer.days[day.place]}" '
            f'cash="{decimal(long + short)}" cashLong="{decimal(long)}" cashShort="{decimal(short)}" '
            f'stock="{stock}" stockLong="{stock}" stockShort="0" options="0" bonds="{decimal(parts["bonds"])}" '
            f'funds="{decimal(parts["funds"])}" notes="0" commodities="0" crypto="0" '
            f'interestAccruals="{decimal(interest)}" '
            f'dividendAccruals="{decimal(parts["dividendAccruals"])}" bondInterestAccrualsComponent="0" '
            'brokerFeesAccrualsComponent="0" '
            f'total="{decimal(day.end)}" totalLong="{decimal(day.end - debt)}" totalShort="{decimal(debt)}" />\n'
        )

    def _change_in_nav(self, last: Day) -> str:
        changes = " ".join(f'{name}="{decimal(amount)}"' for name, amount in self._changes.items())
        return (
            f'<ChangeInNAV {self.who} currency="{self.account.currency}" {self._dates} '
            f'startingValue="{decimal(self._opening.start)}" {changes} {_NAV_ZERO} endingValue="{decimal(last.end)}" '
            f'twr="{decimal(self._twr - _TWR, 12)}" />\n'
        )

    # Rows in containers

    def _cash_report(self, last: Day):
        convert, base, place = self.printer.market.convert, self.account.currency, last.place
        opening = self._opening.opening_cash
        moved: dict[str, dict[str, int]] = {}
        base_moves: dict[str, int] = {}
        for (currency, name), amount in self._moves.items():
            moved.setdefault(currency, {})[name] = amount
            base_moves[name] = base_moves.get(name, 0) + convert(amount, currency, base, place)
        lines = []
        ending = settled = 0
        # A currency that was emptied in the span still has its line.
        for currency in sorted({*opening, *last.closing_cash, *moved}):
            close, clear = last.closing_cash.get(currency, 0), last.settled_cash.get(currency, 0)
            lines.append(
                self._cash_line(
                    currency, "Currency", opening.get(currency, 0), moved.get(currency, {}), 0, close, clear
                )
            )
            ending += convert(close, currency, base, place)
            settled += convert(clear, currency, base, place)
        start = self._opening.start_cash_base
        translation = ending - start - sum(base_moves.values())
        return [
            self._cash_line("BASE_SUMMARY", "BaseCurrency", start, base_moves, translation, ending, settled),
            *lines,
        ]

    def _cash_line(
        self, currency: str, level: str, start: int, moves: dict[str, int], translation: int, end: int, settled: int
    ) -> str:
        columns = _CASH_ZERO
        if moves:
            flows = moves.get("deposits", 0) + moves.get("withdrawals", 0)
            columns = " ".join(f'{name}="{decimal(moves.get(name, 0))}"' for name in _CASH_COLUMNS)
            columns += f' depositWithdrawals="{decimal(flows)}"'
        return (
            f'<CashReportCurrency {self.who} currency="{currency}" levelOfDetail="{level}" {self._dates} '
            f'startingCash="{decimal(start)}" '
            f'{columns} fxTranslationGainLoss="{decimal(translation)}" endingCash="{decimal(end)}" '
            f'endingSettledCash="{decimal(settled)}" />\n'
        )

    def _positions(self, last: Day):
        place, base, convert = last.place, self.account.currency, self.printer.market.convert
        prices = self.printer.market.prices[place]
        for key, (shares, cost) in self.book.held.items():
            value = shares * prices[key]
            percent = convert(value, INSTRUMENTS[key].currency, base, place) * 10_000 // last.end if last.end > 0 else 0
            yield (
                f'<OpenPosition {self.who} {self.printer.position_columns(place, key, base)} position="{shares}" '
                f'positionValue="{decimal(value)}" costBasisPrice="{decimal(cost // shares)}" '
                f'costBasisMoney="{decimal(cost)}" '
                f'fifoPnlUnrealized="{decimal(value - cost)}" percentOfNAV="{decimal(percent, 2)}" />\n'
            )

    def _trade(self, day: Day, trade: Trade) -> str:
        on, buys, rate = (
            self.printer.days[day.place],
            trade.quantity > 0,
            self.printer.rate(day.place, trade.currency, self.account.currency),
        )
        if trade.instrument is None:
            columns = (
                f'assetCategory="CASH" symbol="{trade.symbol}" description="{trade.symbol}" conid="" multiplier="1"'
            )
            quantity, price, net, close = decimal(trade.quantity), decimal(trade.price, 8), 0, decimal(trade.price, 8)
            side, exchange = "", "IDEALFX"
        else:
            key = trade.instrument.place
            self._touched.add(key)
            columns, exchange = self.printer.instrument[key], trade.instrument.exchange
            quantity, price, net = str(trade.quantity), decimal(trade.price), trade.proceeds + trade.commission
            close, side = decimal(self.printer.market.prices[day.place][key]), "O" if trade.opens else "C"
        return (
            f'<Trade {self.who} currency="{trade.currency}" fxRateToBase="{rate}" {columns} tradeID="{trade.number}" '
            f'transactionID="{trade.number + 50_000}" ibExecID="0000{trade.number:x}.01.01" '
            f'ibOrderID="{trade.number // 7}" reportDate="{on}" '
            f'tradeDate="{on}" dateTime="{on};{trade.clock}" settleDateTarget="{compact(trade.settles)}" '
            'transactionType="ExchTrade" '
            f'exchange="{exchange}" quantity="{quantity}" tradePrice="{price}" tradeMoney="{decimal(-trade.proceeds)}" '
            f'proceeds="{decimal(trade.proceeds)}" taxes="0" ibCommission="{decimal(trade.commission)}" '
            f'ibCommissionCurrency="{trade.commission_currency}" netCash="{decimal(net)}" closePrice="{close}" '
            f'cost="{decimal(trade.cost)}" '
            f'fifoPnlRealized="{decimal(trade.realized)}" openCloseIndicator="{side}" notes="" '
            f'buySell="{"BUY" if buys else "SELL"}" '
            f'levelOfDetail="EXECUTION" orderType="LMT" isAPIOrder="N" />\n'
        )

    def _cash(self, day: Day, row: Cash) -> str:
        on = self.printer.days[day.place]
        rate = self.printer.rate(day.place, row.currency, self.account.currency)
        columns, ex = 'assetCategory="" symbol="" conid="" isin=""', ""
        if row.instrument is not None:
            self._touched.add(row.instrument.place)
            one = row.instrument
            columns = f'assetCategory="{one.category}" symbol="{one.symbol}" conid="{one.conid}" isin="{one.isin}"'
            ex = f' exDate="{compact(row.ex_on)}"' if row.ex_on else ""
        return (
            f'<CashTransaction {self.who} currency="{row.currency}" fxRateToBase="{rate}" {columns} '
            f"description={attribute(row.description)} "
            f'dateTime="{on};202000" settleDate="{compact(row.settles)}" reportDate="{on}"{ex} '
            f'amount="{decimal(row.amount)}" '
            f'type="{row.kind.replace("&", "&amp;")}" tradeID="" code="" transactionID="{row.number}" '
            f'clientReference={attribute(row.reference)} levelOfDetail="DETAIL" />\n'
        )

    def _transfer(self, day: Day, row: Transfer) -> str:
        on, base = self.printer.days[day.place], self.account.currency
        if row.instrument is None:
            currency, columns, value, cash = (
                row.currency or base,
                f'assetCategory="CASH" symbol="--" description={attribute(row.reference)} conid="" isin=""',
                0,
                row.value,
            )
        else:
            self._touched.add(row.instrument.place)
            currency, columns, value, cash = (
                row.instrument.currency,
                self.printer.instrument[row.instrument.place],
                row.value,
                0,
            )
        in_base = self.printer.market.convert(value, currency, base, day.place)
        return (
            f'<Transfer {self.who} currency="{currency}" fxRateToBase="{self.printer.rate(day.place, currency, base)}" '
            f"{columns} "
            f'reportDate="{on}" date="{on}" dateTime="{on};202000" type="{row.kind}" direction="{row.direction}" '
            f'company={attribute(row.company)} account="{row.other}" quantity="{row.quantity}" '
            f'transferPrice="{decimal(row.price)}" '
            f'positionAmount="{decimal(value)}" positionAmountInBase="{decimal(in_base)}" '
            f'cashTransfer="{decimal(cash)}" code="" '
            f'clientReference="" transactionID="{row.number}" />\n'
        )

    def _action(self, day: Day, row: Action) -> str:
        one, on, base = row.split.instrument, self.printer.days[day.place], self.account.currency
        eve = self.printer.days[day.place - 1]  # it is booked in the evening before the first day at the new price
        self._touched.add(one.place)
        text = f"{one.symbol}({one.isin}) SPLIT {row.split.shares} FOR 1 ({one.symbol}, {one.description}, {one.isin})"
        return (
            f'<CorporateAction {self.who} currency="{one.currency}" '
            f'fxRateToBase="{self.printer.rate(day.place, one.currency, base)}" '
            f"{self.printer.instrument[one.place].replace(attribute(one.description), attribute(text))} "
            f"actionDescription={attribute(text)} "
            f'reportDate="{on}" dateTime="{eve};202500" actionID="{row.split.action_id}" amount="0" proceeds="0" '
            f'value="{decimal(row.value)}" '
            f'quantity="{row.quantity}" fifoPnlRealized="0" mtmPnl="0" type="FS" code="" transactionID="{row.number}" '
            'levelOfDetail="DETAIL" />\n'
        )


def _instrument_columns(one: Instrument) -> str:
    return (
        f'assetCategory="{one.category}" subCategory="{one.sub_category}" symbol="{one.symbol}" '
        f"description={attribute(one.description)} "
        f'conid="{one.conid}" securityID="{one.isin}" securityIDType="ISIN" isin="{one.isin}" '
        f'listingExchange="{one.exchange}" '
        f'issuerCountryCode="{one.country}" multiplier="1"'
    )


def _security(one: Instrument) -> str:
    return f'<SecurityInfo {_instrument_columns(one)} currency="{one.currency}" maturity="{one.maturity}" />\n'
