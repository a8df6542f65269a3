"""What the statements tell: the stories of the accounts, in the shape the broker's format has."""

import re
import tracemalloc
import warnings
from collections import Counter
from datetime import date
from decimal import Decimal

import pytest

from portal.demo.broker import Instruction, plan, write
from portal.demo.broker.__main__ import main
from portal.demo.broker.calendar import business_days
from portal.demo.broker.orders import read_orders

from .conftest import SINCE, UNTIL
from .statements import day_of, number, statements


@pytest.fixture(scope="module")
def by_account(daily):
    found = {}
    for statement in statements(daily[0]):
        found.setdefault(statement.get("accountId"), []).append(statement)
    return found


@pytest.fixture(scope="module")
def story(firm, by_account):
    """The statements of the first account with a story."""

    def find(name):
        return next(by_account[account.number] for account in firm if account.story == name)

    return find


def values(found):
    return [number(one.find("EquitySummaryInBase/*"), "total") for one in found]


def test_there_is_a_file_for_each_business_day_and_a_statement_for_each_living_account(firm, daily):
    out, done = daily
    days = list(business_days(SINCE, UNTIL))

    assert [path.stem.split("_")[1] for path in sorted(out.glob("*.xml"))] == [f"{day:%Y%m%d}" for day in days]
    living = sum((born <= day) and (died is None or day <= died) for born, died in firm.lives() for day in days)
    assert done.account_days == done.statements == living


def test_masters_hold_nothing(firm, by_account):
    assert set(by_account) == {account.number for account in firm if account.holds}
    assert not {account.number for account in firm if "master" in account.kind} & set(by_account) - {"I300001"}


def test_one_account_is_emptied_and_stays_at_nothing(story):
    left = values(story("emptied"))

    assert left[0] > 0
    assert left[-1] == 0
    assert left[left.index(0) :] == [0] * (len(left) - left.index(0))
    assert len(left) == len(list(business_days(SINCE, UNTIL)))


def test_one_account_closes_and_is_gone(story):
    found = story("closing")
    closed = [one.find("AccountInformation").get("dateClosed") for one in found]

    assert values(found)[-1] == 0
    assert closed[-1] == found[-1].get("toDate")
    assert set(closed[:-1]) == {""}
    assert day_of(found[-1].get("toDate")) < UNTIL


def test_a_late_account_begins_with_nothing_and_a_deposit(story):
    first = story("late")[0]
    change, row = first.find("ChangeInNAV"), first.find("CashTransactions/CashTransaction")

    assert number(change, "startingValue") == 0
    assert number(change, "endingValue") == number(change, "depositsWithdrawals") == number(row, "amount") > 0
    assert first.find("AccountInformation").get("dateFunded") == first.get("toDate")


def test_a_borrower_owes_cash_and_pays_interest(story):
    found = story("debit")
    rows = [row for one in found for row in one.iterfind("CashTransactions/CashTransaction")]

    assert all(number(one.find("EquitySummaryInBase/*"), "cashShort") < 0 for one in found[:20])
    assert any(row.get("type") == "Broker Interest Paid" and number(row, "amount") < 0 for row in rows)


def test_every_kind_of_row_occurs(by_account):
    every = [one for found in by_account.values() for one in found]
    cash = Counter(row.get("type") for one in every for row in one.iterfind("CashTransactions/CashTransaction"))
    transfers = Counter((row.get("type"), row.get("direction")) for one in every for row in one.iterfind("Transfers/*"))
    trades = Counter(row.get("assetCategory") for one in every for row in one.iterfind("Trades/Trade"))
    splits = [row for one in every for row in one.iterfind("CorporateActions/CorporateAction")]

    assert set(cash) == {
        "Deposits & Withdrawals", "Dividends", "Withholding Tax", "Broker Interest Paid", "Broker Interest Received",
        "Other Fees",
    }  # fmt: skip
    assert {("INTERNAL", "IN"), ("INTERNAL", "OUT"), ("FOP", "OUT")} <= set(transfers)
    assert transfers["ACATS", "IN"] + transfers["FOP", "IN"] > 0
    assert {"STK", "CASH", "FUND"} <= set(trades)
    assert {row.get("type") for row in splits} == {"FS"}


def test_cash_inside_a_trading_group_only_changes_hands(by_account):
    total = Counter()
    for found in by_account.values():
        for one in found:
            total[one.get("toDate")] += number(one.find("ChangeInNAV"), "internalCashTransfers")

    assert set(total.values()) == {0}


def test_row_numbers_are_unique(by_account):
    numbers = [
        row.get("transactionID")
        for f in by_account.values()
        for one in f
        for row in one.iter()
        if row.get("transactionID")
    ]

    assert len(numbers) == len(set(numbers)) > 1000


def test_settled_cash_waits_for_settlement(by_account):
    waiting = [
        line
        for found in by_account.values()
        for one in found
        for line in one.iterfind("CashReport/CashReportCurrency")
        if line.get("endingCash") != line.get("endingSettledCash")
    ]

    assert waiting
    for line in waiting:
        assert number(line, "endingSettledCash").is_finite()


def test_a_fee_asked_for_is_booked_on_the_next_business_day(firm, daily, tmp_path):
    account = next(one for one in firm if one.story == "steady" and one.currency == "USD")
    asked = Instruction(
        date(2025, 10, 31), account.number, Decimal("123.45"), "USD", "Advisory fee October & more", "N-2025-10-31-7"
    )
    untouched = Instruction(date(2025, 10, 31), "U99999999", Decimal("1.00"), "USD", "nobody", "x")
    write(firm, tmp_path, first=date(2025, 10, 31), last=date(2025, 11, 4), instructions=[asked, untouched])

    rows = [row for one in statements(tmp_path) for row in one.iterfind("CashTransactions/*[@type='Advisor Fees']")]
    (row,) = rows

    assert row.get("reportDate") == "20251103"
    assert (row.get("amount"), row.get("currency")) == ("-123.45", "USD")
    assert (row.get("description"), row.get("clientReference")) == (asked.memo, asked.reference)
    change = next(
        one.find("ChangeInNAV")
        for one in statements(tmp_path)
        if one.get("accountId") == account.number and one.get("toDate") == "20251103"
    )
    assert number(change, "advisorFees") == Decimal("-123.45")


def test_a_missing_value_is_asked_for_by_account_and_day(firm, tmp_path):
    account = firm[30].number
    write(firm, tmp_path, first=UNTIL, last=UNTIL, without_nav={(account, UNTIL)}, csv=True)

    found = {one.get("accountId"): one.find("EquitySummaryInBase/*") for one in statements(tmp_path)}

    assert [number for number, row in found.items() if row is None] == [account]
    assert account not in next(tmp_path.glob("*.csv")).read_text()


def test_a_history_is_not_written_before_it_begins(firm, tmp_path):
    with pytest.raises(ValueError, match="history begins on 2025-10-01"):
        write(firm, tmp_path, first=date(2025, 9, 30), last=UNTIL)


def test_weekends_have_no_file(firm, tmp_path):
    done = write(firm, tmp_path, first=date(2025, 10, 4), last=date(2025, 10, 5))

    assert done.files == []


def test_the_command_writes_and_reports(tmp_path, capsys):
    code = main(["--accounts", "5", "--from", "2026-03-02", "--to", "2026-03-03", "--out", str(tmp_path), "--csv-only"])

    assert code == 0
    assert re.search(r'"account_days": 20', capsys.readouterr().out)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["F100001_20260302.csv", "F100001_20260303.csv"]


def test_memory_stays_flat_in_the_number_of_accounts(tmp_path):
    peaks = {}
    for clients in (250, 5_000):
        firm = plan(1, clients, since=date(2026, 3, 2))
        tracemalloc.start()
        done = write(firm, tmp_path, first=date(2026, 3, 2), last=date(2026, 3, 2), detail="lean")
        peaks[clients] = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert done.account_days > clients * 9 // 10

    # The write buffer is 16 MB in all; a book a client would be tens of megabytes more.
    assert peaks[5_000] < peaks[250] + 24 * 1024 * 1024


def test_speed_is_printed(tmp_path, capsys):
    done = write(plan(1, 100, since=date(2026, 1, 2)), tmp_path, first=date(2026, 1, 2), last=date(2026, 3, 31))

    with capsys.disabled():
        print(f" demo broker: {done.account_days / done.seconds:,.0f} account-days a second")
    assert done.account_days > 5_000


def test_another_reader_of_the_format_takes_every_file_without_a_warning(daily):
    ibflex = pytest.importorskip("ibflex.parser", reason="the independent reader is not installed")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for path in sorted(daily[0].glob("*.xml"))[::20]:
            for statement in ibflex.parse(path).FlexStatements:
                assert statement.EquitySummaryInBase[-1].total == statement.ChangeInNAV.endingValue


def test_a_draw_moves_inside_the_group_on_both_sides(firm, tmp_path):
    """A row of the portal's file, payer a desk, payee the master: an internal transfer out of one, into the other."""
    master = next(one for one in firm if one.kind == "stl_master")
    desk = master.group[0]
    header = "reference,day,kind,payer,payee,amount,currency,memo\n"
    row = f'7,2025-11-05,draw,{desk},{master.number},321.09,USD,"DRAW"\n'
    orders = read_orders(header + row, posted_on=date(2025, 11, 5))
    write(firm, tmp_path, first=date(2025, 11, 6), last=date(2025, 11, 6), instructions=orders)

    moved = {
        one.get("accountId"): [number(line, "cashTransfer") for line in one.iterfind("Transfers/Transfer")]
        for one in statements(tmp_path)
        if one.get("accountId") in (desk, master.number)
    }

    assert moved == {desk: [Decimal("-321.09")], master.number: [Decimal("321.09")]}


def test_cash_inside_the_firm_moves_in_the_currency_that_was_asked_for_and_names_the_request(firm, daily, tmp_path):
    account = next(one for one in firm if one.story == "steady" and one.currency == "USD")
    asked = Instruction(
        date(2025, 10, 31), account.number, Decimal("20.00"), "EUR", "INTERNAL", "N-7", other="U99999999"
    )
    write(firm, tmp_path, first=date(2025, 10, 31), last=date(2025, 11, 4), instructions=[asked])

    rows = [row for one in statements(tmp_path) for row in one.iterfind("Transfers/Transfer[@type='INTERNAL']")]
    (row,) = [row for row in rows if row.get("account") == "U99999999"]

    assert (row.get("currency"), row.get("cashTransfer"), row.get("direction")) == ("EUR", "-20", "OUT")
    assert row.get("description") == "N-7"
