"""What an import tells the rest of the house: the account's own facts, events, corporate actions, rates."""

from datetime import date
from decimal import Decimal

import pytest

from accounts.broker.models import AccountFacts, CashBalance, FxRate, Instrument, Trade
from accounts.ground.models import Account, Event, Notification, TrailEntry
from tests.broker.flex import ANA, CHIDI, DANA, KEN, element, nav, section, statement


def information(**facts: str) -> str:
    return element("AccountInformation", **{"accountId": ANA, "currency": "USD", **facts})


def ana() -> Account:
    return Account.unscoped.get(number=ANA)


def test_the_broker_renames_an_account_and_the_trail_says_so(desk):
    told = information(
        name="Ruiz-Ortega, Ana", acctAlias="Ana's savings", accountCapabilities="Portfolio Margin,IBPrime",
        dateOpened="2023-05-01", dateFunded="20230502", ibEntity="IBLLC-US", customerType="Individual",
    )  # fmt: skip

    desk.statements(statement(told, nav("100")))

    account = ana()
    assert (account.title, account.alias, account.sort_key) == ("Ruiz-Ortega, Ana", "Ana's savings", "ruiz-ortega, ana")
    assert (account.margin_kind, account.entity, account.customer_type) == ("portfolio", "IBLLC-US", "Individual")
    assert (account.opened_on, account.funded_on) == (date(2023, 5, 1), date(2023, 5, 2))
    entry = TrailEntry.unscoped.filter(table="accounts_account", row=str(account.pk)).latest("id")
    assert entry.new["title"] == "Ruiz-Ortega, Ana"


@pytest.mark.parametrize(
    ("told", "kind"), [("Margin", "margin"), ("Reg T Margin", "margin"), ("Cash", "cash"), ("", "margin")]
)
def test_how_the_broker_margins(desk, told, kind):
    desk.statements(statement(information(accountCapabilities=told)))

    assert ana().margin_kind == kind


def test_what_the_file_leaves_open_stays_and_place_and_number_are_never_touched(desk):
    before = Account.unscoped.filter(number=ANA).values().get()

    desk.statements(statement(information(name="", acctAlias="-", masterName="Somebody Else", accountType="")))

    assert Account.unscoped.filter(number=ANA).values().get() == before
    assert AccountFacts.unscoped.get().master_name == "Somebody Else"


def test_an_older_statement_does_not_rename_back(desk):
    desk.statements(statement(information(name="New Name"), first="20260303"))

    desk.statements(statement(information(name="Old Name"), first="20260302"))

    assert ana().title == "New Name"


def test_a_closed_account_is_closed_once(desk):
    for _ in range(2):
        desk.statements(statement(information(dateClosed="20260302")))

    account = ana()
    assert (account.status, account.closed_on) == ("C", date(2026, 3, 2))
    assert [event.title for event in Event.unscoped.filter(kind="closed")] == ["Account closed"]


def test_an_application_becomes_an_open_account(desk):
    Account.unscoped.filter(number=ANA).update(status="P", opened_on=None)

    desk.statements(statement(information(dateOpened="20260227")))

    assert (ana().status, ana().opened_on) == ("O", date(2026, 2, 27))
    assert Event.unscoped.get(kind="opened").day == date(2026, 2, 27)


@pytest.mark.parametrize("status", ["A", "R"])
def test_what_was_refused_here_stays_refused(desk, status):
    Account.unscoped.filter(number=ANA).update(status=status)

    desk.statements(statement(information(dateOpened="20260227")))

    assert ana().status == status


def test_deposits_and_withdrawals_are_events_once(desk):
    def line(amount: str, number: str) -> str:
        return element(
            "CashTransaction", type="Deposits & Withdrawals", amount=amount, currency="USD", reportDate="20260302",
            transactionID=number, description="DIRECT DEPOSIT",
        )  # fmt: skip

    for generated in ("20260303;053012", "20260304;053012"):
        desk.statements(
            statement(nav("1"), section("CashTransactions", line("100.50", "1"), line("-40", "2")), generated=generated)
        )

    events = list(Event.unscoped.filter(kind__in=["deposit", "withdrawal"]).order_by("kind"))
    assert [(event.title, event.data["amount"], event.status) for event in events] == [
        ("Deposit", "100.5", "Completed"),
        ("Withdrawal", "40", "Completed"),
    ]
    assert {event.practice_id for event in events} == {ana().practice_id}


def test_a_corporate_action_is_told_once_to_each_practice_that_holds_it(desk):
    action = element(
        "CorporateAction", actionID="77", type="FS", symbol="ABC", quantity="10", reportDate="20260302", currency="USD",
        actionDescription="ABC SPLIT 2 FOR 1",
    )  # fmt: skip

    desk.statements(
        *(
            statement(nav("1"), section("CorporateActions", action), account=number)
            for number in (ANA, "U4000001", CHIDI, DANA)
        )
    )

    news = Notification.unscoped.all()
    assert {one.practice_id for one in news} == {Account.unscoped.get(number=n).practice_id for n in (ANA, CHIDI, DANA)}
    assert len(news) == 3
    assert {(one.kind, one.title, one.day) for one in news} == {
        ("corporate_action", "ABC: ABC SPLIT 2 FOR 1", date(2026, 3, 2))
    }


def test_the_first_rate_of_a_day_stays(desk):
    def rate(worth: str) -> str:
        return section(
            "ConversionRates",
            element("ConversionRate", reportDate="20260302", fromCurrency="EUR", toCurrency="USD", rate=worth),
        )

    desk.statements(statement(nav("1"), rate("1.08")), statement(nav("1"), rate("9"), account=CHIDI))

    assert [one.rate for one in FxRate.unscoped.all()] == [Decimal("1.08")]


def test_a_rate_that_a_line_lacks_is_found_in_the_statement(desk):
    from tests.broker.flex import stored

    rate = element("ConversionRate", reportDate="20260302", fromCurrency="EUR", toCurrency="USD", rate="1.2")
    cash = element(
        "CashTransaction", type="Deposits & Withdrawals", amount="10", currency="EUR", reportDate="20260302",
        transactionID="1",
    )  # fmt: skip

    desk.statements(statement(nav("1"), section("CashTransactions", cash), section("ConversionRates", rate)))

    assert stored(ANA) == (Decimal(1), Decimal(12))


def test_rates_are_found_direct_inverse_and_through_a_third_currency(desk):
    from django.db import connection

    rates = [
        element("ConversionRate", reportDate="20260302", fromCurrency=code, toCurrency="USD", rate=worth)
        for code, worth in (("EUR", "1.25"), ("GBP", "1.5"), ("XXX", "-1"))
    ]
    desk.statements(statement(nav("1"), section("ConversionRates", *rates)))

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT broker_rate('2026-03-02', a, b) FROM (VALUES ('EUR', 'USD'), ('USD', 'EUR'), ('GBP', 'EUR'),"
            " ('EUR', 'EUR'), ('XXX', 'USD')) AS pairs (a, b)"
        )
        found = [row[0] for row in cursor.fetchall()]
    assert found == [Decimal("1.25"), Decimal("0.8"), Decimal("1.2"), Decimal(1), None]


@pytest.mark.parametrize("worth", ["0", "-1", "0.00000000001"], ids=["zero", "none known", "rounds to zero"])
def test_a_rate_that_is_not_above_zero_is_no_rate(desk, worth):
    rate = element("ConversionRate", reportDate="20260302", fromCurrency="EUR", toCurrency="USD", rate=worth)

    desk.statements(statement(nav("1"), section("ConversionRates", rate)))

    assert not FxRate.unscoped.exists()


def test_cash_is_kept_by_currency_beside_the_brokers_sum(desk):
    rows = [
        element("CashReportCurrency", currency=code, toDate="20260302", endingCash=cash, endingSettledCash=settled)
        for code, cash, settled in (("BASE_SUMMARY", "15", "14"), ("JPY", "1000", ""), ("USD", "5", "4"))
    ]
    desk.statements(statement(nav("1"), section("CashReport", *rows)))

    found = CashBalance.unscoped.order_by("is_total", "currency").values_list("currency", "is_total", "settled")
    assert list(found) == [("JPY", False, 1000), ("USD", False, 4), ("USD", True, 14)]


def test_instruments_and_trades_keep_what_the_file_says(desk):
    security = element(
        "SecurityInfo", conid="265598", symbol="ABC", isin="US0378331005", currency="USD", multiplier="1"
    )
    trade = element(
        "Trade", tradeID="1", quantity="-5", tradePrice="1,234.5678", symbol="ABC", conid="265598", currency="USD",
        dateTime="20260302;093000", buySell="SELL", notes="P;IM", isAPIOrder="N", levelOfDetail="EXECUTION",
        expiry="MULTI", strike="--",
    )  # fmt: skip
    order = element("Trade", tradeID="1", quantity="-5", symbol="ABC", currency="USD", levelOfDetail="ORDER")

    desk.statements(statement(section("Trades", trade, order), section("SecuritiesInfo", security)))

    assert Instrument.unscoped.get().isin == "US0378331005"
    stored = Trade.unscoped.get()
    assert (stored.quantity, stored.price, stored.notes, stored.is_api_order) == (
        -5,
        Decimal("1234.5678"),
        "P;IM",
        False,
    )
    assert (stored.expires_on, stored.strike) == (None, None)
    assert stored.happened_at.isoformat() == "2026-03-02T14:30:00+00:00"


def test_yen_accounts_are_counted_in_yen(desk):
    from tests.broker.flex import stored

    desk.statements(statement(nav("1234567", currency="JPY"), account=KEN))

    assert stored(KEN) == (Decimal(1234567), 0)


def test_rates_of_a_statement_that_is_held_come_with_the_next_one(desk):
    rate = element("ConversionRate", reportDate="20260302", fromCurrency="EUR", toCurrency="USD", rate="1.2")

    desk.statements(statement(nav("NaN"), rate), statement(nav("1"), rate, account=CHIDI))

    assert FxRate.unscoped.count() == 1
