"""The tree of the demo firm is one the portal's rules allow, and rich enough to show them."""

import re
from collections import Counter
from datetime import date
from itertools import islice

import pytest

from portal.demo.broker import plan
from portal.demo.broker.calendar import business_days, is_business_day

NUMBER = re.compile(r"D?[AFISU][0-9]{2,8}")


@pytest.fixture(scope="module")
def firm():
    return plan(1)


def test_two_hundred_clients_stand_on_three_levels(firm):
    kinds = Counter(account.kind for account in firm)

    assert kinds == {"top_master": 1, "second_master": 2, "stl_master": 1, "stl_sub": 4, "client": 200}
    assert {account.level for account in firm} == {1, 2, 3}
    assert [account.number for account in firm[:3]] == ["F100001", "F200002", "F200003"]


def test_every_account_hangs_where_its_kind_may(firm):
    kinds = {account.number: account.kind for account in firm}
    allowed = {
        ("second_master", "top_master", 2), ("stl_master", "top_master", 2), ("stl_sub", "stl_master", 3),
        ("client", "top_master", 2), ("client", "second_master", 3),
    }  # fmt: skip

    found = {(account.kind, kinds[account.parent], account.level) for account in firm if account.parent}

    assert found == allowed
    assert [account.kind for account in firm if account.parent is None] == ["top_master"]


def test_numbers_are_valid_and_unique(firm):
    numbers = [account.number for account in firm]

    assert all(NUMBER.fullmatch(number) for number in numbers)
    assert len(set(numbers)) == len(numbers)


def test_a_million_clients_cost_no_list():
    firm = plan(1, 1_000_000, 40, 10)
    last = firm[-1]

    assert len(firm) == 1_000_000 + 1 + 40 + 10 * 5
    assert NUMBER.fullmatch(last.number)
    assert len(list(islice(firm.holders(), 100))) == 100


def test_there_are_people_of_many_scripts_and_kinds_of_client(firm):
    names = "".join(account.title + account.alias for account in firm)
    kinds = {account.customer_type for account in firm}

    assert {"Individual", "Joint", "Trust", "IRA Traditional", "Corporation", "UGMA/UTMA"} <= kinds
    assert {account.currency for account in firm} == {"USD", "EUR", "GBP", "CHF", "JPY"}
    for script in ("[а-яїіє]", "[\u4e00-\u9fff]", "[\u0621-\u064a]", "[ßüöñ]"):
        assert re.search(script, names)


def test_borrowers_are_persons_with_a_margin_account(firm):
    for account in firm:
        if account.story in ("debit", "portfolio"):
            assert account.customer_type == "Individual"
            assert account.margin != "Cash"
        if account.customer_type.startswith("IRA"):
            assert account.margin == "Cash"


def test_only_dates_in_order(firm):
    for account in firm:
        assert account.opened_on < account.funded_on
        assert account.closed_on is None or account.funded_on < account.closed_on


def test_the_calendar_is_the_exchanges():
    holidays = pytest.importorskip("holidays")
    first, last = date(2010, 1, 1), date(2035, 12, 31)
    exchange = holidays.financial_holidays("NYSE", years=range(2010, 2036))

    ours = set(business_days(first, last))
    days = {date.fromordinal(n) for n in range(first.toordinal(), last.toordinal() + 1)}
    theirs = {day for day in days if day.weekday() < 5 and day not in exchange}

    assert ours == theirs
    assert not is_business_day(date(2025, 1, 9))
