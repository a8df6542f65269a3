"""Turns the rows of a statement into tuples in the order of `tables`; one function a kind of row."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from accounts.broker.activity.models import CashLine
from accounts.broker.feed import rules
from accounts.broker.feed.cells import Cells, Problem
from accounts.broker.holdings.models import Position
from accounts.ground.tree.models import ENTITIES, HOLDERS, Margin
from accounts.ground.tree.rules import sort_key
from portal.lib.business_days import Calendar
from portal.lib.fingerprint import fingerprint
from portal.lib.money import CONTEXT
from portal.lib.words import gettext_noop

CASH_LEVELS = frozenset({"", "DETAIL"})
TRADE_LEVELS = frozenset({"", "EXECUTION"})
TRANSFER_LEVELS = frozenset({"", "TRANSFER", "DETAIL"})
ACTION_LEVELS = frozenset({"", "DETAIL"})
POSITION_LEVELS = {"": Position.SUMMARY, "SUMMARY": Position.SUMMARY, "LOT": Position.LOT}
BASE_SUMMARY = "BASE_SUMMARY"

_sort_key = lru_cache(maxsize=4096)(sort_key)  # every statement repeats the name
_DEPOSITS = frozenset({"Deposits & Withdrawals", "Deposits/Withdrawals"})
_HASH = 40
RATE_DIGITS = 9
# An amount in base currency is numeric(20, 4).
PLACES, LARGEST = Decimal("0.0001"), Decimal(10) ** 15


@dataclass(frozen=True, slots=True)
class Holder:
    """The account of a statement, as the tree has it."""

    account_id: int
    firm_id: int
    number: str
    base: str
    is_master: bool


@dataclass(slots=True)
class Sheet:
    """What the rows of one statement share."""

    holder: Holder
    calendar: Calendar
    generated_at: datetime
    starts: date | None
    last_day: date | None
    rates: dict[tuple[date, str], Decimal]

    def flow_day(self, day: date | None) -> date | None:
        day = day or self.last_day
        return rules.flow_day(self.calendar, day) if day else None

    def rate(self, cells: Cells, currency: str, day: date | None) -> Decimal | None:
        """What one unit of the row's currency is in base: by the row, else by the statement's own table."""
        stated = cells.number("fxRateToBase", whole=RATE_DIGITS)
        if stated is not None:
            return Decimal(stated)
        if currency == self.holder.base:
            return Decimal(1)
        return self.rates.get((day, currency)) if day else None


def own_key(cells: Cells, name: str, *facts: object) -> str:
    """The broker's id of a row, or the hash of what it says where it has none."""
    stated = cells.text(name, most=40)
    return stated or "h" + fingerprint([None if fact is None else str(fact) for fact in facts])[:_HASH]


def cash_line(sheet: Sheet, cells: Cells) -> tuple[tuple, date | None, Decimal]:
    """The line, and the external flow it makes: the day (None for no flow) and the amount in base."""
    kind = cells.text("type", most=60)
    is_deposit = kind in _DEPOSITS
    if is_deposit:
        kind = CashLine.DEPOSITS
    currency = cells.currency("currency") or sheet.holder.base
    amount = cells.needed("amount")
    report_on, settle_on, happened_at = cells.day("reportDate"), cells.day("settleDate"), cells.instant("dateTime")
    happened_on = cells.day("dateTime")
    rate = sheet.rate(cells, currency, report_on or happened_on)
    base = CONTEXT.multiply(Decimal(amount), rate) if rate is not None else None
    flow_on = None
    if is_deposit and Decimal(amount):
        if base is None:
            raise Problem(
                "bad_value", cells.where, gettext_noop("fxRateToBase is missing and no rate of the day is given")
            )
        flow_on = sheet.flow_day(report_on or happened_on or settle_on)
    words = cells.text("description", most=500)
    symbol, conid, trade_id = cells.text("symbol", most=60), cells.whole("conid"), cells.text("tradeID", most=40)
    reference = cells.text("clientReference", most=200)
    facts = (kind, currency, amount, cells.instant("dateTime"), report_on, settle_on, words, symbol, conid, trade_id)
    key = own_key(cells, "transactionID", *facts, reference)
    in_base = _money(cells, base)
    line = (
        *(sheet.holder.firm_id, sheet.holder.account_id, key, kind, currency, amount, rate, in_base, flow_on),
        *(report_on, settle_on, happened_at, symbol, conid, trade_id, reference, words),
    )
    return line, flow_on, base or Decimal(0)


def transfer(sheet: Sheet, cells: Cells) -> tuple[tuple, date | None, Decimal]:
    kind, direction = cells.text("type", most=20).upper(), cells.text("direction", most=3).upper()
    currency = cells.currency("currency") or sheet.holder.base
    report_on = cells.day("reportDate") or cells.day("date") or cells.day("dateTime")
    rate = sheet.rate(cells, currency, report_on)
    quantity, value, cash = cells.number("quantity"), cells.decimal("positionAmount"), cells.decimal("cashTransfer")
    in_base = cells.decimal("positionAmountInBase")
    if in_base is None and value:
        in_base = _converted(cells, value, rate)
    flow = rules.signed(in_base or Decimal(0), direction)
    if cash:
        flow += rules.signed(_converted(cells, cash, rate), direction)
    symbol, conid = cells.text("symbol", most=60), cells.whole("conid")
    price, asset = cells.number("transferPrice"), cells.text("assetCategory", most=10)
    other, company = cells.text("account", most=40), cells.text("company", most=200)
    facts = (kind, direction, report_on, currency, quantity, price, value, cash, symbol, conid, other)
    flow_on = sheet.flow_day(report_on) if flow else None
    row = (
        *(sheet.holder.firm_id, sheet.holder.account_id, own_key(cells, "transactionID", *facts), kind, direction),
        *(report_on, flow_on, currency, quantity, price, value, cash, _money(cells, flow), asset, symbol, conid),
        *(other, company, cells.text("description", most=500)),
    )
    return row, flow_on, flow


def trade(sheet: Sheet, cells: Cells) -> tuple:
    trade_id, transaction = cells.text("tradeID", most=40), cells.text("transactionID", most=40)
    level = cells.text("levelOfDetail", most=20)
    currency, quantity = cells.currency("currency") or sheet.holder.base, cells.needed("quantity")
    symbol, conid, side = cells.text("symbol", most=60), cells.whole("conid"), cells.text("buySell", most=12)
    happened_at, price = cells.instant("dateTime"), cells.number("tradePrice")
    trade_on = cells.day("tradeDate") or cells.day("dateTime")
    execution = cells.text("ibExecID", most=60)
    if trade_id or transaction:
        key = f"{trade_id}:{transaction}:{level}"
    else:
        key = own_key(cells, "", side, symbol, conid, quantity, price, currency, happened_at, trade_on, execution)
    return (
        *(sheet.holder.firm_id, sheet.holder.account_id, key, trade_id, cells.text("transactionType", most=20), side),
        *(trade_on, cells.day("reportDate"), cells.day("settleDateTarget"), happened_at),
        *(cells.text("assetCategory", most=10), symbol, conid, cells.text("description", most=500), currency),
        *(
            cells.number("fxRateToBase", whole=RATE_DIGITS),
            quantity,
            price,
            cells.number("proceeds"),
            cells.number("taxes"),
        ),
        *(cells.number("ibCommission"), cells.currency("ibCommissionCurrency") or "", cells.number("netCash")),
        *(cells.number("cost"), cells.number("fifoPnlRealized"), cells.number("multiplier"), cells.number("strike")),
        *(cells.day("expiry"), cells.text("putCall", most=4), cells.text("openCloseIndicator", most=10)),
        *(cells.codes("notes", most=120), execution, cells.text("ibOrderID", most=40), cells.boolean("isAPIOrder")),
        *(cells.text("exchange", most=20), _original(cells)),
    )


def _original(cells: Cells) -> str:
    """The trade that a cancellation or a correction takes the place of; the broker writes 0 where there is none."""
    named = cells.text("origTradeID", most=40)
    return "" if named == "0" else named


def position(sheet: Sheet, cells: Cells) -> tuple | None:
    level = POSITION_LEVELS.get(cells.text("levelOfDetail", most=20).upper())
    day = cells.day("reportDate") or sheet.last_day
    if level is None or day is None:
        return None
    conid, symbol, side = cells.whole("conid"), cells.text("symbol", most=60), cells.text("side", most=10)
    opened_at = cells.instant("openDateTime")
    key = f"{symbol if conid is None else conid}:{side}"
    if level == Position.LOT:
        key = f"{key}:{opened_at:%Y%m%d%H%M%S}" if opened_at else f"{key}:"
        key = f"{key}:{cells.text('originatingTransactionID', most=40)}"
    return (
        *(sheet.holder.account_id, day, key, level, side, cells.text("assetCategory", most=10), symbol, conid),
        *(cells.currency("currency") or sheet.holder.base, cells.number("fxRateToBase", whole=RATE_DIGITS)),
        *(cells.needed("position"), cells.number("markPrice"), cells.number("positionValue")),
        *(cells.number("costBasisPrice"), cells.number("costBasisMoney"), cells.number("fifoPnlUnrealized")),
        *(cells.number("percentOfNAV", whole=7), opened_at),
    )


def cash_balance(sheet: Sheet, cells: Cells) -> tuple | None:
    day = cells.day("toDate") or sheet.last_day
    ending = cells.number("endingCash")
    settled = cells.number("endingSettledCash") or ending
    if day is None or settled is None:
        return None
    is_total = cells.text("currency", most=20) == BASE_SUMMARY
    currency = sheet.holder.base if is_total else cells.currency("currency")
    if currency is None:
        return None
    return (sheet.holder.account_id, day, currency, is_total, ending or settled, settled)


def corporate_action(sheet: Sheet, cells: Cells) -> tuple:
    action, kind, symbol = cells.text("actionID", most=40), cells.text("type", most=20), cells.text("symbol", most=60)
    conid, quantity, amount = cells.whole("conid"), cells.number("quantity"), cells.number("amount")
    report_on = cells.day("reportDate") or cells.day("dateTime") or sheet.last_day
    words = cells.text("actionDescription", most=500) or cells.text("description", most=500)
    facts = (action, kind, symbol, conid, quantity, amount, report_on, words)
    return (
        *(sheet.holder.firm_id, sheet.holder.account_id, own_key(cells, "transactionID", *facts), action, kind),
        *(report_on, cells.instant("dateTime"), symbol, conid, cells.currency("currency") or "", quantity, amount),
        *(cells.number("proceeds"), words),
    )


def instrument(cells: Cells) -> tuple | None:
    conid = cells.whole("conid")
    if conid is None:
        return None
    return (
        *(conid, cells.text("symbol", most=60), cells.text("description", most=200), cells.text("isin", most=12)),
        *(cells.text("assetCategory", most=10), cells.currency("currency") or "", cells.number("multiplier")),
        cells.day("maturity"),
    )


def rate(cells: Cells) -> tuple[date, str, str, str] | None:
    day, source, target = cells.day("reportDate"), cells.currency("fromCurrency"), cells.currency("toCurrency")
    worth = cells.number("rate", whole=RATE_DIGITS)
    # The broker writes -1 where it has no rate.
    if day is None or source is None or target is None or worth is None or Decimal(worth) <= 0:
        return None
    return day, source, target, worth


def facts(sheet: Sheet, cells: Cells) -> tuple | None:
    if sheet.last_day is None:
        return None
    title = cells.text("name", most=200)
    return (
        *(sheet.holder.account_id, sheet.holder.firm_id, sheet.last_day, sheet.generated_at),
        *(cells.codes("accountCapabilities", most=200), cells.codes("tradingPermissions", most=500)),
        *(cells.text("masterName", most=200), cells.day("lastTradedDate"), title, _sort_key(title)),
        *(cells.text("acctAlias", most=200), _margin(cells.codes("accountCapabilities", most=200))),
        *(cells.text("accountType", most=60), _known(cells, "customerType", HOLDERS)),
        _known(cells, "ibEntity", ENTITIES),
        *(cells.day("dateOpened"), cells.day("dateFunded"), cells.day("dateClosed")),
    )


def _known(cells: Cells, name: str, words: Collection[str]) -> str:
    """A word of a list; of any other one the reader has warned, and what is stored stays."""
    word = cells.text(name, most=60)
    return word if word in words else ""


def _margin(capabilities: str) -> str:
    """The broker's word for how it margins; an empty text where it says nothing."""
    if "Portfolio Margin" in capabilities:
        return Margin.PORTFOLIO
    if "Margin" in capabilities:
        return Margin.MARGIN
    return Margin.CASH if "Cash" in capabilities else ""


def _converted(cells: Cells, amount: Decimal, rate: Decimal | None) -> Decimal:
    if rate is None:
        raise Problem("bad_value", cells.where, gettext_noop("fxRateToBase is missing and no rate of the day is given"))
    return CONTEXT.multiply(amount, rate)


def _money(cells: Cells, amount: Decimal | None) -> Decimal | None:
    """An amount in base as it is stored, after seeing that the column holds it."""
    if amount is None:
        return None
    if abs(amount) >= LARGEST:
        raise Problem("bad_value", cells.where, gettext_noop("an amount in base currency is too large"))
    return amount.quantize(PLACES, ROUND_HALF_UP, CONTEXT)
