"""The worked cases of the specification: FLX-1 to FLX-9, ACC-1 and ACC-6."""

from datetime import date
from decimal import Decimal

import pytest

from accounts.broker.models import CashLine, Position, PositionTransfer, Trade
from accounts.ground.models import Account, Event, Hold, Request
from tests.broker.flex import ANA, CHIDI, DANA, DAY, document, element, nav, section, statement, stored


def test_flx1_a_wrong_count_is_told_and_each_statement_is_loaded_once(desk):
    report = desk.load(document(statement(nav("100")), count=2))

    assert stored(ANA) == (Decimal(100), 0)
    assert "count says '2', the file holds 1 statements" in report.warnings.entries[0]["warning"]


def test_flx2_the_same_file_twice_is_one_value(desk):
    content = document(statement(nav("1,234.50")))

    first, second = desk.load(content), desk.load(content)

    assert stored(ANA) == (Decimal("1234.50"), 0)
    assert (first.total("new"), second.total("new"), second.total("changed")) == (1, 0, 0)
    assert second.total("unchanged") == 1


@pytest.mark.parametrize(
    ("kind", "flow"),
    [("Deposits & Withdrawals", "110"), ("Deposits/Withdrawals", "110"), ("Dividends", "0"), ("Advisor Fees", "0")],
)
def test_flx3_only_deposits_and_withdrawals_are_external_flows(desk, kind, flow):
    cash = element(
        "CashTransaction", type=kind, amount="100", currency="EUR", fxRateToBase="1.1", reportDate="20260302",
        transactionID="7", levelOfDetail="DETAIL",
    )  # fmt: skip

    desk.statements(statement(nav("5000"), section("CashTransactions", cash)))

    assert stored(ANA) == (Decimal(5000), Decimal(flow))


def test_flx4_positions_that_move_in_are_a_flow_and_show_in_the_history(desk):
    moved = element(
        "Transfer", type="ACATS", direction="IN", positionAmountInBase="2,500", positionAmount="2500", currency="USD",
        quantity="10", symbol="ABC", reportDate="20260302", transactionID="9",
    )  # fmt: skip

    desk.statements(statement(nav("9000"), section("Transfers", moved)))

    assert stored(ANA) == (Decimal(9000), Decimal(2500))
    event = Event.unscoped.get(kind="position_transfer")
    assert (event.title, event.data["method"], event.data["amount"]) == ("Inbound position transfer", "ACATS", "2500")


@pytest.mark.parametrize("amount", ["1000", "-1000"])
def test_positions_that_move_out_are_a_flow_out_however_the_file_signs_them(desk, amount):
    moved = element(
        "Transfer", type="FOP", direction="OUT", positionAmountInBase=amount, currency="USD", reportDate="20260302",
        transactionID="9",
    )  # fmt: skip

    desk.statements(statement(nav("9000"), section("Transfers", moved)))

    assert stored(ANA) == (Decimal(9000), Decimal(-1000))


def test_flx5_an_unknown_attribute_is_told_and_the_row_loads(desk):
    report = desk.statements(statement(nav("100", foo="1"), "<MoonPhases><MoonPhase lit='0.5'/></MoonPhases>"))

    assert stored(ANA) == (Decimal(100), 0)
    told = [entry["warning"] for entry in report.warnings.entries]
    assert told == [
        "unknown attribute 'foo' is passed over",
        "unknown element 'MoonPhases' is passed over",
        "unknown element 'MoonPhase' is passed over",
    ]


def test_unknown_letters_and_words_are_told_and_passed_over(desk):
    """Letters of status that nobody has explained (1.2), kinds of holder and companies that no list has."""
    Account.unscoped.filter(number=ANA).update(customer_type="Trust", entity="IB-UK")
    facts = element("AccountInformation", name="Ana", status="Q", customerType="Dragon", ibEntity="IB-MOON")
    line = element(
        "CashTransaction", type="Moon Dust", amount="1", currency="USD", reportDate="20260302", levelOfDetail="DETAIL"
    )
    lost = element("OpenPosition", conid="5", position="5", reportDate="20260302", levelOfDetail="HALF")

    report = desk.statements(
        statement(facts, nav("100"), section("CashTransactions", line), section("OpenPositions", lost)),
        statement(element("AccountInformation", status="Q"), nav("7"), account=CHIDI),
    )

    told = [entry["warning"] for entry in report.warnings.entries]
    assert told == [
        "unknown value 'status Q' is passed over",
        "unknown value 'customerType Dragon' is passed over",
        "unknown value 'ibEntity IB-MOON' is passed over",
        "unknown value 'type Moon Dust' is kept as the broker wrote it, and nothing acts on it",
        "unknown value 'levelOfDetail HALF' is passed over",
    ]
    account = Account.unscoped.get(number=ANA)
    assert (account.status, account.customer_type, account.entity, account.title) == ("O", "Trust", "IB-UK", "Ana")
    assert (stored(ANA), stored(CHIDI)) == ((Decimal(100), 0), (Decimal(7), 0))
    assert not Position.unscoped.exists()
    assert not report.held.total


def test_an_unknown_name_is_told_once_a_file(desk):
    report = desk.statements(statement(nav("1", foo="1")), statement(nav("2", foo="2"), account=CHIDI))

    assert report.warnings.total == 1


def test_flx7_a_document_type_is_refused(desk):
    content = document(statement(nav("100"))).replace(b"<FlexQuery", b"<!DOCTYPE x>\n<FlexQuery", 1)

    report = desk.load(content)

    assert stored(ANA) is None
    assert "document type" in str(report.unreadable.entries[0]["reason"])


def test_flx8_lots_are_not_added_to_their_summary(desk):
    lots = [
        element(
            "OpenPosition", conid="5", symbol="ABC", position=quantity, side="Long", levelOfDetail="LOT",
            reportDate="20260302", openDateTime=f"2025010{n};100000", currency="USD",
        )
        for n, quantity in ((1, "60"), (2, "40"))
    ]  # fmt: skip
    summary = element(
        "OpenPosition", conid="5", symbol="ABC", position="100", side="Long", levelOfDetail="SUMMARY",
        reportDate="20260302", currency="USD",
    )  # fmt: skip

    desk.statements(statement(nav("100"), section("OpenPositions", summary, *lots)))

    from accounts.broker.holdings.queries import held

    assert Position.unscoped.count() == 3
    (position,) = held(account_id=Position.unscoped.first().account_id, day=DAY)
    assert (position.symbol, position.quantity) == ("ABC", Decimal(100))


def changes(ending: str) -> str:
    return element(
        "ChangeInNAV", fromDate="20260302", toDate="20260302", startingValue="1000", mtm="20",
        depositsWithdrawals="100", commissions="-1.50", endingValue=ending,
    )  # fmt: skip


def test_flx9_a_statement_that_adds_up_is_loaded(desk):
    desk.statements(statement(nav("1118.50"), changes("1118.50")))

    assert stored(ANA) == (Decimal("1118.50"), Decimal(100))
    assert not Hold.unscoped.exists()


def test_flx9_a_statement_that_does_not_add_up_holds_its_account_and_no_other(desk):
    report = desk.statements(
        statement(nav("1118.00"), changes("1118.00")),
        statement(nav("70"), account=CHIDI),
        statement(nav("8"), account=DANA),
    )

    assert stored(ANA) is None
    assert (stored(CHIDI), stored(DANA)) == ((Decimal(70), 0), (Decimal(8), 0))
    hold = Hold.unscoped.get()
    assert (hold.account.number, hold.day, hold.stage, hold.reason) == (ANA, DAY, "accrue", "components")
    assert "-0.50" in hold.detail
    request = Request.unscoped.get()
    assert (request.kind, request.finished_at, request.account_id) == ("statement", None, hold.account_id)
    assert report.held.entries[0]["account"] == ANA


def test_a_held_account_is_let_back_in_by_a_good_statement(desk):
    desk.statements(statement(nav("1118.00"), changes("1118.00")))

    desk.statements(statement(nav("1118.50"), changes("1118.50"), generated="20260303;100000"))

    assert stored(ANA) == (Decimal("1118.50"), Decimal(100))
    assert Hold.unscoped.get().resolved_at is not None
    assert Request.unscoped.get().finished_at is not None


def test_acc1_a_number_is_upper_cased_and_a_wrong_one_rejected(desk):
    report = desk.statements(statement(nav("100"), account="u1000001"), statement(nav("1"), account="X123"))

    assert stored(ANA) == (Decimal(100), 0)
    assert [entry["reason"] for entry in report.rejected.entries] == ["Invalid account id"]


@pytest.mark.parametrize("number", ["F100001", "F200002"])
def test_acc6_a_master_cannot_hold(desk, number):
    trade = element("Trade", tradeID="1", quantity="5", symbol="ABC", currency="USD")
    held = element("OpenPosition", conid="5", symbol="ABC", position="5", reportDate="20260302")

    report = desk.statements(statement(nav("100"), section("Trades", trade), held, account=number), statement(nav("7")))

    assert not Trade.unscoped.exists()
    assert not Position.unscoped.exists()
    assert stored(number) is None
    assert stored(ANA) == (Decimal(7), 0)
    assert {entry["reason"] for entry in report.rejected.entries} == {"master account cannot hold positions"}
    assert len(report.rejected.entries) == 3


def test_acc6_a_row_that_names_a_master_is_rejected_and_the_rest_loads(desk):
    strange = element("Trade", accountId="F100001", tradeID="1", quantity="5", symbol="ABC", currency="USD")
    foreign = element("Trade", accountId=CHIDI, tradeID="3", quantity="5", symbol="ABC", currency="USD")
    own = element("Trade", accountId=ANA, tradeID="2", quantity="5", symbol="ABC", currency="USD")

    report = desk.statements(statement(nav("100"), section("Trades", strange, foreign, own)))

    assert [trade.trade_id for trade in Trade.unscoped.all()] == ["2"]
    reasons = [entry["reason"] for entry in report.rejected.entries]
    assert reasons == ["master account cannot hold positions", f"a row of account '{CHIDI}'"]
    assert stored(ANA) == (Decimal(100), 0)


def test_an_unknown_account_is_rejected_by_name_and_others_load(desk):
    report = desk.statements(statement(nav("1"), account="U7777777"), statement(nav("100")))

    assert report.rejected.entries == [
        {"file": "file1.xml", "account": "U7777777", "row": "line 4, FlexStatement", "reason": "unknown account"}
    ]
    assert stored(ANA) == (Decimal(100), 0)


def test_summary_lines_are_not_added_to_detail_lines(desk):
    def deposit(level: str, number: str) -> str:
        return element(
            "CashTransaction", type="Deposits & Withdrawals", amount="100", currency="USD", fxRateToBase="1",
            reportDate="20260302", transactionID=number, levelOfDetail=level,
        )  # fmt: skip

    desk.statements(statement(nav("100"), section("CashTransactions", deposit("SUMMARY", ""), deposit("DETAIL", "4"))))

    assert stored(ANA) == (Decimal(100), Decimal(100))
    assert CashLine.unscoped.count() == 1


def test_cash_between_the_firms_own_accounts_is_a_flow_of_both(desk):
    def moved(direction: str, amount: str) -> str:
        return element(
            "Transfer", type="INTERNAL", direction=direction, cashTransfer=amount, currency="USD", symbol="--",
            reportDate="20260302", transactionID="5",
        )  # fmt: skip

    desk.statements(
        statement(nav("100"), section("Transfers", moved("OUT", "-40"))),
        statement(nav("200"), section("Transfers", moved("IN", "40")), account=CHIDI),
    )

    assert (stored(ANA), stored(CHIDI)) == ((Decimal(100), Decimal(-40)), (Decimal(200), Decimal(40)))
    assert PositionTransfer.unscoped.count() == 2


def test_a_flow_of_a_weekend_belongs_to_the_next_business_day(desk):
    deposit = element(
        "CashTransaction", type="Deposits & Withdrawals", amount="50", currency="USD", reportDate="20260228",
        transactionID="1",
    )  # fmt: skip

    desk.statements(statement(nav("100"), section("CashTransactions", deposit), first="20260228", last="20260302"))

    assert stored(ANA, date(2026, 3, 2)) == (Decimal(100), Decimal(50))
