"""Tables of daily values: every shape that is documented, and what becomes of their accounts."""

from datetime import date
from decimal import Decimal

import pytest

from accounts.broker.models import NavDaily, NavHistory
from accounts.ground.models import Hold
from tests.broker.flex import ANA, CHIDI, DANA, stored


@pytest.mark.parametrize(
    "content",
    [
        "account,date,nlv\nU1000001,2026-03-02,1234.50\n",
        "account,date,nlv\r\nu1000001,20260302,1234.50\r\n\r\n",
        'Account ID;Report Date;NAV;Currency\n"U1000001";2026-03-02;1234.50;USD',
        'date,nlv,account\n2026-03-02,"1,234.50",U1000001\n',
        "U1000001,2026-03-02,1234.50\n",
        "U1000001,2026-03-02,1234.50,USD\n",
        "U1000001,2026-03-02,1234.50,0,USD\n",
        "\ufeffaccount,date,nlv\nU1000001,2026-03-02,1234.50\n",
        "account,date,total,remark\nU1000001,2026-03-02,1234.50,=1+1\n",
    ],
)
def test_every_documented_shape(desk, content):
    report = desk.load(content)

    assert stored(ANA) == (Decimal("1234.50"), 0)
    assert (report.held.total, report.rejected.total, report.unreadable.total) == (0, 0, 0)


def test_utf_16_as_a_spreadsheet_saves_it(desk):
    desk.load("account;date;nlv\nU1000001;2026-03-02;1234.50\n".encode("utf-16"))

    assert stored(ANA) == (Decimal("1234.50"), 0)


def test_flows_are_taken_where_they_are_given(desk):
    desk.load("account,date,nlv,flow\nU1000001,2026-03-02,100,-25\nU2000001,2026-03-02,50,\n")

    assert (stored(ANA), stored(CHIDI)) == ((Decimal(100), Decimal(-25)), (Decimal(50), 0))


def test_a_table_without_flows_leaves_known_flows_alone(desk):
    desk.load("account,date,nlv,flow\nU1000001,2026-03-02,100,-25\n")

    desk.load("account,date,nlv\nU1000001,2026-03-02,101\n")

    assert stored(ANA) == (Decimal(101), Decimal(-25))
    assert NavHistory.unscoped.get().nlv == Decimal(100)


def test_one_bad_line_keeps_its_account_out_and_no_other(desk):
    lines = (f"{ANA},2026-03-02,1", f"{CHIDI},2026-03-02,2", f"{ANA},2026-03-03,NaN", f"{DANA},2026-03-02,3")

    report = desk.load("account,date,nlv\n" + "\n".join(lines))

    assert stored(ANA) is None
    assert (stored(CHIDI), stored(DANA)) == ((Decimal(2), 0), (Decimal(3), 0))
    assert report.held.entries[0]["row"] == "line 4"
    assert Hold.unscoped.get().day == date(2026, 3, 3)


def test_many_lines_are_one_transaction_and_few_statements(desk, django_assert_max_num_queries):
    days = [f"2026-{month:02}-{day:02}" for month in (1, 2) for day in range(1, 29)]
    table = "".join(f"{number},{day},{place}\n" for number in (ANA, CHIDI, DANA) for place, day in enumerate(days))

    with django_assert_max_num_queries(60):
        report = desk.load("account,date,nlv\n" + table)

    business = NavDaily.unscoped.count()
    assert business == 3 * 37
    assert report.warnings.total == 3 * (len(days) - 37)
