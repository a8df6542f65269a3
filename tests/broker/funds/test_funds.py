"""Available cash, and how fee lines of statements retire our own postings."""

from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest

from accounts.broker.funds.actions import retire
from accounts.broker.funds.queries import available_cash, available_in
from accounts.broker.models import Retirement
from accounts.ground.access.context import as_role
from accounts.ground.models import Account
from tests.books import Posting, clearing_book, client_book, post
from tests.broker.flex import ANA, AT, CHIDI, DAY, element, nav, section, statement

TUESDAY, WEDNESDAY = date(2026, 3, 3), date(2026, 3, 4)


def cash_report(settled: str, *, day: str = "20260302", currency: str = "USD", ending: str = "") -> str:
    row = element(
        "CashReportCurrency", currency=currency, toDate=day, endingCash=ending or settled, endingSettledCash=settled
    )
    return section("CashReport", row)


def fee_line(amount: str, *, day: str = "20260303", number: str = "1", **more: str) -> str:
    facts = {"type": "Advisor Fees", "amount": amount, "currency": "USD", "reportDate": day, "transactionID": number}
    return section("CashTransactions", element("CashTransaction", **(facts | more)))


@pytest.fixture
def ana(world) -> Account:
    return world[ANA]


def charge(account: Account, amount: str, day: date = DAY, *, kind: str = "fee"):
    """Post a fee (or give one back) on the client's book."""
    with as_role("night"):
        client = client_book(firm_id=account.firm_id, account_id=account.pk, currency="USD")
        clearing = clearing_book(firm_id=account.firm_id, currency="USD")
        sides = (client, clearing) if kind == "fee" else (clearing, client)
        return post(
            Posting(
                kind=kind, debit=sides[0], credit=sides[1], amount=Decimal(amount), day=day, source=uuid4(),
                account_id=account.pk, practice_id=account.practice_id,
            )
        )  # fmt: skip


def free(account: Account, day: date = DAY, currency: str = "USD"):
    with as_role("night"):
        found = available_cash(account_id=account.pk, currency=currency, day=day)
    return None if found is None else found.amount


def test_nothing_is_known_before_a_statement(ana):
    assert free(ana) is None


def test_settled_cash_less_what_we_posted_since(desk, ana):
    desk.statements(statement(nav("9"), cash_report("500", ending="900")))

    charge(ana, "120.50")

    assert free(ana) == Decimal("379.50")
    assert free(ana, date(2026, 2, 27)) is None


def test_a_posting_counts_from_its_own_day(desk, ana):
    desk.statements(statement(nav("9"), cash_report("500")))

    charge(ana, "100", TUESDAY)

    assert (free(ana, DAY), free(ana, TUESDAY)) == (Decimal(500), Decimal(400))


def test_a_fee_line_retires_its_posting_so_that_it_is_not_taken_off_twice(desk, ana):
    desk.statements(statement(nav("9"), cash_report("500")))
    charge(ana, "100", DAY)

    desk.statements(
        statement(nav("9", "20260303"), cash_report("400", day="20260303"), fee_line("-100"), first="20260303")
    )

    assert Retirement.unscoped.count() == 1
    assert free(ana, TUESDAY) == Decimal(400)
    assert free(ana, DAY) == Decimal(400), "on the day before, the line had not been seen"


def test_the_same_statement_again_retires_nothing_more(desk, ana):
    charge(ana, "100", DAY)
    charge(ana, "100", DAY)
    one = statement(cash_report("400", day="20260303"), fee_line("-100"), first="20260303")

    for _ in range(3):
        desk.statements(one)

    assert Retirement.unscoped.count() == 1


def test_the_oldest_posting_of_the_amount_is_retired_first(desk, ana):
    newer, older = charge(ana, "100", TUESDAY), charge(ana, "100", DAY)

    desk.statements(statement(fee_line("-100"), first="20260303"))

    assert Retirement.unscoped.get().transfer_id == older.pk != newer.pk


@pytest.mark.parametrize("place", ["clientReference", "description"])
def test_a_line_that_names_a_posting_retires_that_one(desk, ana, place):
    newer, _older = charge(ana, "100", TUESDAY), charge(ana, "100", DAY)

    desk.statements(statement(fee_line("-100", **{place: f"FEE {str(newer.source).upper()}"}), first="20260303"))

    assert Retirement.unscoped.get().transfer_id == newer.pk


@pytest.mark.parametrize(
    "line",
    [
        {"amount": "-100.01"},
        {"amount": "100"},
        {"amount": "-100", "currency": "EUR", "fxRateToBase": "1"},
        {"amount": "-100", "type": "Other Fees"},
        {"amount": "-100", "day": "20260227"},
    ],
)
def test_what_is_not_exactly_the_posting_retires_nothing(desk, ana, line):
    charge(ana, "100", DAY)

    desk.statements(statement(fee_line(**line), first="20260303"))

    assert not Retirement.unscoped.exists()


def test_a_line_of_another_account_retires_nothing(desk, ana):
    charge(ana, "100", DAY)

    desk.statements(statement(fee_line("-100"), first="20260303", account=CHIDI))

    assert not Retirement.unscoped.exists()


def test_money_given_back_is_met_by_a_line_in_favour(desk, ana):
    desk.statements(statement(nav("9"), cash_report("500")))
    charge(ana, "30", DAY, kind="adjustment")
    assert free(ana) == Decimal(530)

    desk.statements(statement(cash_report("530", day="20260303"), fee_line("30"), first="20260303"))

    assert free(ana, TUESDAY) == Decimal(530)


def test_a_posting_made_after_its_line_came_is_retired_when_asked(desk, ana):
    desk.statements(statement(cash_report("400", day="20260303"), fee_line("-100"), first="20260303"))
    charge(ana, "100", DAY)
    assert free(ana, TUESDAY) == Decimal(300)

    with as_role("night"):
        assert retire(accounts=[ana.pk], at=AT) == 1

    assert free(ana, TUESDAY) == Decimal(400)


def test_the_brokers_sum_stands_for_the_base_currency_only_where_nothing_else_is_given(desk, ana):
    total = element("CashReportCurrency", currency="BASE_SUMMARY", toDate="20260302", endingCash="77")
    desk.statements(statement(nav("9"), section("CashReport", total)))
    assert (free(ana), free(ana, currency="EUR")) == (Decimal(77), Decimal(0))

    yen = element("CashReportCurrency", currency="JPY", toDate="20260303", endingCash="1000")
    total = total.replace("20260302", "20260303")
    desk.statements(statement(section("CashReport", total, yen), first="20260303"))

    assert (free(ana, TUESDAY), free(ana, TUESDAY, "JPY")) == (Decimal(0), Decimal(1000))


def test_a_range_of_accounts_is_asked_at_once(desk, ana, world, django_assert_num_queries):
    desk.statements(statement(nav("9"), cash_report("500")), statement(nav("9"), cash_report("60"), account=CHIDI))
    charge(ana, "100")
    chidi = world[CHIDI]

    with as_role("night"), django_assert_num_queries(1):
        found = available_in(lo=0, hi=10**9, day=WEDNESDAY)

    assert {account: one.amount for account, one in found.items()} == {ana.pk: Decimal(400), chidi.pk: Decimal(60)}
    assert (found[ana.pk].settled, found[ana.pk].pending, found[ana.pk].as_of) == (Decimal(500), Decimal(-100), DAY)
