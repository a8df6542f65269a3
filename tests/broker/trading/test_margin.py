"""Which accounts are margined together, why, and what the groups are worth by the broker's own balances."""

from datetime import date
from decimal import Decimal

import pytest

from accounts.broker.feed.job import ensure_partitions
from accounts.broker.feed.models import FxRate, NavDaily, StatementFile
from accounts.broker.holdings.models import CashBalance, Position
from accounts.broker.margin.queries import beside, totals
from accounts.broker.margin.rules import GroupKind, group_of
from accounts.ground.runs.models import Run, Seal

DAY = date(2025, 9, 30)

# Worked by hand. Northgate counts in USD; one euro is 1.20 dollars, a hundred yen are one dollar.
VALUES = {
    # number: (NLV, cash, positions), in the account's base currency
    "U1000001": ("1000.00", "400.00", "600.00"),
    "U1000002": ("50000", "20000", "30000"),  # JPY
    "U2000001": ("2000.00", "500.00", "1500.00"),
    "U3000001": ("3000.00", "1000.00", "2000.00"),  # EUR
    "I4000001": ("100.00", "100.00", "0.00"),
    "U4000001": ("200.00", "50.00", "150.00"),
    "U4000002": ("300.00", "0.00", "300.00"),
    "U9000001": ("7777.00", "7777.00", "0.00"),
}


@pytest.fixture
def balances(world):
    ensure_partitions(DAY, DAY)
    file = StatementFile.unscoped.create(
        sha256="0" * 64, name="x", kind="flex", size=1, imported_at="2025-01-02T00:00Z"
    )
    for one, rate in (("EUR", "1.20"), ("JPY", "0.01")):
        FxRate.unscoped.create(day=DAY, from_currency=one, to_currency="USD", rate=Decimal(rate), file=file)
    for number, (nlv, cash, held) in VALUES.items():
        account = world[number]
        own = {"account_id": account.pk, "file": file}
        NavDaily.unscoped.create(nav_date=DAY, nlv=nlv, currency=account.base_currency, **own)
        CashBalance.unscoped.create(
            day=DAY, currency=account.base_currency, is_total=True, ending=cash, settled=cash, **own
        )
        # The same once more in its own currency, and the lots of the position: neither may be counted twice.
        CashBalance.unscoped.create(
            day=DAY, currency=account.base_currency, is_total=False, ending=cash, settled=cash, **own
        )
        for level in ("SUMMARY", "LOT"):
            Position.unscoped.create(
                day=DAY,
                key=f"1 {level}",
                level=level,
                currency=account.base_currency,
                quantity=1,
                value=held,
                rate=1,
                **own,
            )
    run = Run.unscoped.create(day=DAY, state="done")
    for number in ("F100001", "F900001"):
        Seal.unscoped.create(firm_id=world[number].firm_id, day=DAY, run=run, digest="0" * 64, billable=0, billed=0,
                             zero=0, held=0)  # fmt: skip
    return file


@pytest.mark.parametrize(
    ("number", "kind"),
    [("F100001", "top_master"), ("U1000001", "clients"), ("F200002", "second_level"), ("U2000001", "second_level"),
     ("U3000001", "second_level"), ("I4000001", "stl"), ("U4000001", "stl"), ("U4000002", "stl")],
)  # fmt: skip
def test_the_group_of_an_account(world, number, kind):
    assert group_of(world[number]).kind == GroupKind(kind)


def test_the_groups_are_apart_where_the_rules_put_them_apart(world):
    def same(one, two):
        return group_of(world[one]) == group_of(world[two]) or (
            (group_of(world[one]).kind, group_of(world[one]).anchor)
            == (group_of(world[two]).kind, group_of(world[two]).anchor)
        )

    assert same("I4000001", "U4000002") and same("F200002", "U2000001") and same("U1000001", "U1000002")
    assert not same("F100001", "U1000001") and not same("F100001", "F200002")
    assert not same("U2000001", "U3000001") and not same("U1000001", "I4000001")


def told(who):
    return {(one.kind.value, one.number): (one.accounts, one.nlv, one.cash, one.positions) for one in totals(who, DAY)}


def test_totals_of_the_whole_tree(balances, seated):
    with seated("alice") as who:
        found = told(who)

    assert found == {
        ("top_master", "F100001"): (1, None, None, None),
        ("clients", "F100001"): (2, Decimal("1500.00"), Decimal("600.00"), Decimal("900.00")),
        ("stl", "I4000001"): (3, Decimal("600.00"), Decimal("150.00"), Decimal("450.00")),
        ("second_level", "F200002"): (2, Decimal("2000.00"), Decimal("500.00"), Decimal("1500.00")),
        ("second_level", "F200003"): (2, Decimal("3600.00"), Decimal("1200.00"), Decimal("2400.00")),
    }


@pytest.mark.parametrize(
    ("name", "groups"),
    [("bob", {("second_level", "F200002")}), ("carol", {("second_level", "F200003")}), ("sam", {("stl", "I4000001")}),
     ("ana", {("clients", "")}), ("mallory", {("top_master", "F900001"), ("clients", "F900001")})],
)  # fmt: skip
def test_everybody_sees_the_groups_of_what_they_see(balances, seated, name, groups):
    with seated(name) as who:
        assert set(told(who)) == groups


def test_a_missing_value_is_said_and_not_guessed(balances, seated, world):
    NavDaily.unscoped.filter(account_id=world["U1000002"].pk).delete()

    with seated("alice") as who:
        clients = next(one for one in totals(who, DAY) if one.kind == GroupKind.CLIENTS)

    assert (clients.missing, clients.nlv) == (1, Decimal("1000.00"))


def test_who_stands_beside_an_account(seated, world):
    def numbers(name, number):
        with seated(name) as who:
            return [one.number for one in beside(who, world[number])]

    assert numbers("alice", "U4000001") == ["I4000001", "U4000001", "U4000002"]
    assert numbers("bob", "U2000001") == ["F200002", "U2000001"]
    assert numbers("chidi", "U2000001") == ["U2000001"]
    assert set(numbers("alice", "U1000001")) == {"U1000001", "U1000002"}
    assert numbers("alice", "F100001") == ["F100001"]


@pytest.mark.parametrize(
    ("name", "number", "status"),
    [("alice", "U2000001", 200), ("bob", "U2000001", 200), ("bob", "U1000001", 404), ("chidi", "U2000001", 200),
     ("carol", "U2000001", 404), ("mallory", "I4000001", 404), ("frank", "U1000001", 403)],
)  # fmt: skip
def test_the_group_on_the_accounts_page_and_over_the_api(browse, name, number, status):
    client = browse(name)

    answers = [client.get(f"/accounts/{number}/margin/"), client.get(f"/api/v1/accounts/{number}/margin/")]

    assert {answer.status_code for answer in answers} == {status}
    if status == 200:
        assert "in the same manner as a standalone advisor" in answers[0].content.decode()
        assert answers[1].json()["kind"] == "second_level"
        assert "Second-level advisor and its clients" in client.get(f"/accounts/{number}/").content.decode()


def test_the_report_as_page_file_and_api(balances, browse):
    bob = browse("bob")

    page, file, api = (
        bob.get(address) for address in ("/reports/margin/", "/reports/margin/?as=csv", "/api/v1/margin-groups/")
    )

    assert "2,000.00" in page.content.decode() and "Kestrel" not in page.content.decode()
    assert file["Content-Type"].startswith("text/csv") and "attachment" in file["Content-Disposition"]
    assert ",2000.00,500.00,1500.00," in file.content.decode("utf-8-sig")
    assert api.json()["groups"][0]["nlv"] == "2000.00"
    assert api.json()["day"] == "2025-09-30"


def test_without_a_sealed_night_there_are_groups_and_no_values(browse):
    page = browse("alice").get("/reports/margin/").content.decode()

    assert "Values appear once a night is sealed" in page and "STL master and sub accounts" in page
