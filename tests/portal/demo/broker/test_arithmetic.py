"""The demo broker's books add up, day by day and to the last decimal, however the days are cut into files."""

from collections import defaultdict
from decimal import ROUND_FLOOR, Decimal

import pytest

from portal.demo.broker import write

from .conftest import SINCE, UNTIL
from .statements import components, day_of, number, statements

CENT4 = Decimal("0.0001")


def to_base(amount: Decimal, rate: Decimal) -> Decimal:
    """Half up to four decimals."""
    return (amount * rate / CENT4 + Decimal("0.5")).to_integral_value(ROUND_FLOOR) * CENT4


@pytest.fixture(scope="module")
def days(daily):
    """Every statement of the history."""
    found = list(statements(daily[0]))
    assert len(found) > 7_000
    return found


def test_the_components_of_every_day_lead_from_its_start_to_its_end(days):
    for statement in days:
        change = statement.find("ChangeInNAV")

        assert number(change, "startingValue") + components(change) == number(change, "endingValue")


def test_every_day_starts_where_the_one_before_ended(days):
    ended = {}
    for statement in days:
        account, change = statement.get("accountId"), statement.find("ChangeInNAV")

        assert number(change, "startingValue") == ended.get(account, number(change, "startingValue"))

        ended[account] = number(change, "endingValue")


def test_the_total_is_its_parts_and_the_ending_value(days):
    parts = ("cash", "stock", "options", "bonds", "funds", "interestAccruals", "dividendAccruals")
    for statement in days:
        row = statement.find("EquitySummaryInBase/EquitySummaryByReportDateInBase")

        assert sum(number(row, part) for part in parts) == number(row, "total")
        assert number(row, "totalLong") + number(row, "totalShort") == number(row, "total")
        assert number(row, "total") == number(statement.find("ChangeInNAV"), "endingValue")


def test_positions_and_cash_at_the_stated_prices_and_rates_are_the_value(days):
    for statement in days:
        row = statement.find("EquitySummaryInBase/EquitySummaryByReportDateInBase")
        held = defaultdict(Decimal)
        for position in statement.iterfind("OpenPositions/OpenPosition"):
            assert number(position, "position") * number(position, "markPrice") == number(position, "positionValue")
            category = position.get("assetCategory")
            held[category] += to_base(number(position, "positionValue"), number(position, "fxRateToBase"))
        rates = {one.get("fromCurrency"): number(one, "rate") for one in statement.iterfind("ConversionRates/*")}
        cash = Decimal(0)
        for line in statement.iterfind("CashReport/CashReportCurrency"):
            if line.get("levelOfDetail") == "Currency":
                cash += to_base(number(line, "endingCash"), rates.get(line.get("currency"), Decimal(1)))

        assert (held["STK"], held["FUND"], held["BILL"]) == tuple(
            number(row, part) for part in ("stock", "funds", "bonds")
        )
        assert cash == number(row, "cash")


def test_the_cash_report_of_each_currency_adds_up(days):
    moves = (
        "startingCash", "commissions", "deposits", "withdrawals", "internalTransfers", "dividends", "brokerInterest",
        "netTradesSales", "netTradesPurchases", "advisorFees", "withholdingTax", "otherFees", "fxTranslationGainLoss",
    )  # fmt: skip
    before = {}
    for statement in days:
        for line in statement.iterfind("CashReport/CashReportCurrency"):
            key = statement.get("accountId"), line.get("currency")
            assert sum(number(line, move) for move in moves) == number(line, "endingCash")
            assert number(line, "startingCash") == before.get(key, number(line, "startingCash"))
            before[key] = number(line, "endingCash")


def test_flows_of_the_rows_are_the_flows_of_the_change(days):
    flows = 0
    for statement in days:
        change = statement.find("ChangeInNAV")
        cash = sum(
            to_base(number(row, "amount"), number(row, "fxRateToBase"))
            for row in statement.iterfind("CashTransactions/CashTransaction")
            if row.get("type") == "Deposits & Withdrawals"
        )
        arrived = sum(number(row, "positionAmountInBase") for row in statement.iterfind("Transfers/Transfer"))
        internal = sum(number(row, "cashTransfer") for row in statement.iterfind("Transfers/Transfer"))

        stated = tuple(
            number(change, name) for name in ("depositsWithdrawals", "assetTransfers", "internalCashTransfers")
        )
        assert (cash, arrived, internal) == stated
        flows += bool(cash or arrived)
    assert flows > 100


def test_the_stated_return_is_the_value_less_flows_over_the_value_before(days):
    for statement in days:
        change = statement.find("ChangeInNAV")
        start = number(change, "startingValue")
        flow = sum(number(change, name) for name in ("depositsWithdrawals", "assetTransfers", "internalCashTransfers"))
        expected = ((number(change, "endingValue") - flow) / start - 1) * 100 if start > 0 else Decimal(0)

        assert abs(number(change, "twr") - expected) < Decimal("0.00001")


def test_the_money_of_trades_is_their_quantity_at_their_price(days):
    trades = 0
    for statement in days:
        for trade in statement.iterfind("Trades/Trade"):
            value = number(trade, "quantity") * number(trade, "tradePrice")
            trades += 1
            if trade.get("assetCategory") == "CASH":
                # Currency trades are rounded to the smallest coin, downwards.
                assert (
                    0
                    <= abs(value) - abs(number(trade, "proceeds"))
                    < (1 if trade.get("currency") == "JPY" else Decimal("0.01"))
                )
            else:
                assert value == -number(trade, "proceeds")
                assert number(trade, "netCash") == number(trade, "proceeds") + number(trade, "ibCommission")
            assert number(trade, "ibCommission") < 0
    assert trades > 300


def test_yen_never_has_hundredths(days):
    yen = [line for one in days for line in one.iterfind("CashReport/CashReportCurrency[@currency='JPY']")]

    assert yen
    assert all("." not in line.get("endingCash") for line in yen)


def test_values_move_believably(days, firm):
    stories = {account.number: account.story for account in firm}
    worst = defaultdict(Decimal)
    for statement in days:
        change = statement.find("ChangeInNAV")
        if number(change, "startingValue") > 100 and not change.get("depositsWithdrawals").startswith("-"):
            borrowing = stories[statement.get("accountId")] in ("debit", "portfolio")
            worst[borrowing] = max(worst[borrowing], abs(number(change, "twr")))

    assert worst[False] < Decimal("3.1")
    assert worst[True] < Decimal("4")


@pytest.mark.parametrize("per", ["month", "all"])
def test_longer_spans_say_the_same_as_days(firm, days, tmp_path, per):
    values = {}
    for statement in days:
        row = statement.find("EquitySummaryInBase/EquitySummaryByReportDateInBase")
        values[statement.get("accountId"), row.get("reportDate")] = row.attrib
    rows = {row.get("transactionID") for one in days for row in one.iter() if row.get("transactionID")}
    write(firm, tmp_path, first=SINCE, last=UNTIL, per=per)

    seen, seen_rows = {}, set()
    for statement in statements(tmp_path):
        change = statement.find("ChangeInNAV")
        assert number(change, "startingValue") + components(change) == number(change, "endingValue")
        last = None
        for row in statement.iterfind("EquitySummaryInBase/*"):
            seen[statement.get("accountId"), row.get("reportDate")] = row.attrib
            last = row
        assert number(last, "total") == number(change, "endingValue")
        seen_rows |= {row.get("transactionID") for row in statement.iter() if row.get("transactionID")}

    assert seen == values
    assert seen_rows == rows


def test_the_table_holds_the_same_values(daily, days):
    table = {}
    for path in sorted(daily[0].glob("*.csv")):
        head, *lines = path.read_text().splitlines()
        assert head == "account,date,nav,currency"
        for line in lines:
            account, on, nav, currency = line.split(",")
            table[account, on] = (nav, currency)

    for statement in days:
        row = statement.find("EquitySummaryInBase/EquitySummaryByReportDateInBase")
        on = day_of(row.get("reportDate")).isoformat()
        assert table.pop((statement.get("accountId"), on)) == (row.get("total"), row.get("currency"))
    assert not table
