"""Loading again, overlapping, out of order and corrected: the natural keys and the clock of the broker decide."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from accounts.broker.feed.queries import value_as_known
from accounts.broker.models import CashLine, NavDaily, NavHistory, Position, StatementFile, Trade, TradeHistory
from accounts.ground.models import Event, TrailEntry
from tests.broker.flex import ANA, AT, CHIDI, document, element, nav, rows_everywhere, section, statement, stored

MONDAY, TUESDAY, WEDNESDAY = date(2026, 3, 2), date(2026, 3, 3), date(2026, 3, 4)


def full(total: str = "100", *, amount: str = "10", generated: str = "20260303;053012") -> str:
    cash = element(
        "CashTransaction", type="Deposits & Withdrawals", amount=amount, currency="USD", reportDate="20260302",
        transactionID="11",
    )  # fmt: skip
    unnamed = element("CashTransaction", type="Dividends", amount="3", currency="USD", reportDate="20260302")
    trade = element("Trade", tradeID="5", transactionID="6", quantity="7", symbol="ABC", currency="USD")
    held = element("OpenPosition", conid="1", symbol="ABC", position="7", side="Long", reportDate="20260302")
    report = element("CashReportCurrency", currency="USD", toDate="20260302", endingCash="5", endingSettledCash="4")
    return statement(
        nav(total),
        section("CashTransactions", cash, unnamed),
        section("Trades", trade),
        section("OpenPositions", held),
        section("CashReport", report),
        generated=generated,
    )


def test_the_same_file_again_changes_nothing(desk):
    first = desk.statements(full())
    before = rows_everywhere(), Event.unscoped.count(), list(NavDaily.unscoped.values())

    second = desk.statements(full())

    assert (rows_everywhere(), Event.unscoped.count(), list(NavDaily.unscoped.values())) == before
    assert (first.total("new"), second.total("new"), second.total("changed")) == (6, 0, 0)
    assert StatementFile.unscoped.count() == 1


def test_a_file_that_is_read_again_is_told_again_only_where_it_brings_something(desk):
    def told():
        return StatementFile.unscoped.get().told_at

    desk.statements(full())
    first = told()
    desk.statements(full())
    assert told() == first

    Position.unscoped.all().delete()
    desk.statements(full())
    assert told() > first


def test_other_files_with_the_same_rows_change_nothing(desk):
    desk.statements(full())
    before = rows_everywhere()

    report = desk.statements(full(generated="20260304;053012"))

    assert rows_everywhere() == before
    assert (report.total("new"), report.total("changed")) == (0, 0)
    assert StatementFile.unscoped.count() == 2


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_overlapping_files_meet_in_any_order(desk, order):
    files = [
        document(statement(nav("1", "20260302"), nav("2", "20260303"), first="20260302", last="20260303")),
        document(statement(nav("2", "20260303"), nav("3", "20260304"), first="20260303", last="20260304")),
    ]

    for place in order:
        desk.load(files[place])

    assert [stored(ANA, day) for day in (MONDAY, TUESDAY, WEDNESDAY)] == [(Decimal(n), 0) for n in (1, 2, 3)]
    assert not NavHistory.unscoped.exists()


def test_a_changed_value_keeps_the_old_one_with_its_times(desk):
    later = AT + timedelta(hours=3)
    desk.statements(full("100"))
    began = timezone.now()

    report = desk.statements(full("120", generated="20260304;053012"), at=later)

    assert stored(ANA) == (Decimal(120), Decimal(10))
    assert report.total("changed") == 1
    old = NavHistory.unscoped.get()
    assert (old.account.number, old.nav_date, old.nlv, old.flow) == (ANA, MONDAY, Decimal(100), Decimal(10))
    assert (old.recorded_at, old.replaced_at) == (AT, StatementFile.unscoped.get(told_at__gt=began).told_at)
    account = old.account_id
    assert value_as_known(account_id=account, day=MONDAY, at=began).nlv == Decimal(100)
    assert value_as_known(account_id=account, day=MONDAY, at=old.replaced_at).nlv == Decimal(120)
    assert value_as_known(account_id=account, day=TUESDAY, at=old.replaced_at) is None


def test_an_older_file_never_replaces_what_a_newer_one_said(desk):
    desk.statements(full("120", amount="12", generated="20260304;053012"))

    report = desk.statements(full("100", amount="10", generated="20260303;053012"))

    assert stored(ANA) == (Decimal(120), Decimal(12))
    assert not NavHistory.unscoped.exists()
    assert report.counts["navdaily"].stale == 1
    assert "older than those stored" in report.warnings.entries[0]["warning"]


def test_loading_both_files_again_settles_on_the_newer_one(desk):
    older, newer = document(full("100")), document(full("120", generated="20260304;053012"))

    for content in (older, newer, older, newer, older):
        desk.load(content)

    assert stored(ANA) == (Decimal(120), Decimal(10))
    assert NavHistory.unscoped.count() == 1


def test_a_corrected_line_corrects_the_flow_and_leaves_a_trail(desk):
    desk.statements(full("100", amount="10"))

    desk.statements(full("100", amount="15", generated="20260304;053012"))

    assert stored(ANA) == (Decimal(100), Decimal(15))
    entry = TrailEntry.unscoped.get(table="broker_cashline")
    assert (entry.old["amount"], entry.new["amount"]) == (10, 15)
    assert NavHistory.unscoped.get().flow == Decimal(10)


def test_a_line_that_comes_later_is_added_to_its_day(desk):
    desk.statements(statement(nav("100")))

    cash = element(
        "CashTransaction", type="Deposits & Withdrawals", amount="25", currency="USD", reportDate="20260302",
        transactionID="99",
    )  # fmt: skip
    desk.statements(statement(section("CashTransactions", cash), generated="20260304;053012"))

    assert stored(ANA) == (Decimal(100), Decimal(25))


def test_a_line_that_comes_before_its_value_waits_for_it(desk):
    cash = element(
        "CashTransaction", type="Deposits & Withdrawals", amount="25", currency="USD", reportDate="20260302",
        transactionID="99",
    )  # fmt: skip
    desk.statements(statement(section("CashTransactions", cash)))

    desk.statements(statement(nav("100"), generated="20260304;053012"))

    assert stored(ANA) == (Decimal(100), Decimal(25))


def test_a_row_twice_in_one_file_is_one_row(desk):
    desk.statements(full(), full())

    assert (CashLine.unscoped.count(), Trade.unscoped.count(), Position.unscoped.count()) == (2, 1, 1)
    assert stored(ANA) == (Decimal(100), Decimal(10))


def test_one_account_of_a_batch_that_the_database_refuses_is_found(desk, monkeypatch):
    from accounts.broker.feed import loader

    copied = loader._copied
    monkeypatch.setattr(loader, "_copied", lambda value: "no number" if str(value) == "666" else copied(value))

    report = desk.statements(*(statement(nav(str(total)), account=number) for number, total in NUMBERS))

    assert stored("U3000001") is None
    assert all(stored(number) for number, total in NUMBERS if total != 666)
    assert [(entry["account"], entry["reason"]) for entry in report.held.entries] == [("U3000001", "database")]


NUMBERS = [(ANA, 1), ("U1000002", 2), (CHIDI, 3), ("U3000001", 666), ("U4000001", 4), ("U4000002", 5)]


def test_a_value_of_csv_and_of_flex_are_one_value(desk):
    desk.put("account,date,nlv,flow\nU1000001,2026-03-02,100,7\n", "a.csv")
    from accounts.broker.feed.actions import import_statements

    import_statements([desk.folder / "a.csv"], at=datetime(2026, 3, 3, 8, tzinfo=UTC))
    assert stored(ANA) == (Decimal(100), Decimal(7))

    report = desk.statements(statement(nav("100"), generated="20260304;053012"))

    assert stored(ANA) == (Decimal(100), Decimal(7))
    assert report.total("changed") == 0


def traded(generated: str, **more: str) -> str:
    row = {"tradeID": "5", "transactionID": "6", "quantity": "7", "symbol": "ABC", "currency": "USD"} | more
    return statement(section("Trades", element("Trade", **row)), generated=generated)


def test_a_trade_that_is_corrected_keeps_what_its_fee_was_worked_out_from(desk):
    desk.statements(traded("20260303;053012", ibCommission="-1", exchange="ISLAND"))
    desk.statements(traded("20260304;053012", ibCommission="-1.5", exchange="ISLAND"))
    desk.statements(traded("20260304;053012", ibCommission="-1.5", exchange="ISLAND", cost="3"))
    desk.statements(traded("20260302;053012", ibCommission="-9"))

    old, new = TradeHistory.unscoped.get(), Trade.unscoped.get()
    assert (old.commission, old.exchange, new.commission) == (Decimal(-1), "ISLAND", Decimal("-1.5"))
    assert (old.trade_id, old.replaced_by_id) == (new.pk, StatementFile.unscoped.order_by("pk")[1].pk)


def test_a_trade_keeps_when_it_was_first_told(desk):
    """Not when its file was first read, and not when a column that no fee reads was told otherwise."""
    desk.statements(traded("20260303;053012"))
    first = Trade.unscoped.get().told_at
    assert first == StatementFile.unscoped.get().told_at > StatementFile.unscoped.get().imported_at

    desk.statements(traded("20260304;053012", cost="3"))

    assert (Trade.unscoped.get().cost, Trade.unscoped.get().told_at) == (Decimal(3), first)
    assert StatementFile.unscoped.latest("pk").told_at > first


def test_a_correction_names_the_trade_that_it_takes_the_place_of(desk):
    desk.statements(traded("20260303;053012", origTradeID="0"))
    desk.statements(traded("20260304;053012", tradeID="9", transactionID="10", origTradeID="5"))

    assert list(Trade.unscoped.order_by("trade_id").values_list("orig_trade_id", flat=True)) == ["", "5"]
