"""Queries of client data: the cases of the paper, both walls, what is kept, and the file."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

from accounts.broker.activity.models import Trade
from accounts.broker.feed.models import AccountFacts
from accounts.broker.holdings.models import CashBalance, Position
from accounts.ground.access.context import acting, as_role
from accounts.ground.tree.models import Account
from auth2fa.devices.models import Device, Kind
from portal.exports.tables import inquiries as table
from portal.tools.inquiries.models import SavedQuery
from tests.portal.tools.kit import a_file, worth

ANA, KEN, CHIDI, DANA = "U1000001", "U1000002", "U2000001", "U3000001"
SEALED = date(2026, 11, 20)
PAGE, API = "/tools/queries/", "/api/v1/client-queries/"


@pytest.fixture(autouse=True)
def on_a_closed_day(world, monkeypatch):
    """The night of 20 November 2026 is closed, and the advisors have an active device."""
    for module in ("inquiries.views", "inquiries.api"):
        monkeypatch.setattr(f"portal.tools.{module}.sealed_day", lambda: SEALED)
    monkeypatch.setattr("portal.exports.tables.sealed_day", lambda: SEALED)
    for name in ("alice", "bob", "carol", "mallory", "sam", "vera", "ana"):
        protect(world, name)


def protect(world, name):
    at = datetime(2025, 1, 2, tzinfo=UTC)
    with as_role("owner"):
        Device.unscoped.create(
            user=world.users[name],
            kind=Kind.APP,
            name="app",
            secret=b"sealed",
            created_at=at,
            confirmed_at=at,
            trusted_at=at,
        )


def earns(world, number, percent):
    """100 at the end of last year, and so much more now."""
    worth(world[number], date(2025, 12, 31), "100")
    worth(world[number], SEALED, str(100 + Decimal(percent)))


def numbers(browse, query, name="alice"):
    answer = browse(name).get(f"{API}?{query}")
    assert answer.status_code == 200, answer.content
    return [one["account"] for one in answer.json()["results"]]


def holds(account, symbol, quantity, day=SEALED):
    with as_role("owner"):
        Position.unscoped.create(
            account_id=account.pk,
            day=day,
            key=symbol,
            level=Position.SUMMARY,
            asset="STK",
            symbol=symbol,
            conid=265598,
            currency=account.base_currency,
            rate=1,
            quantity=quantity,
            price=200,
            value=200 * quantity,
            percent=Decimal("12.5"),
            unrealized=50,
            file=a_file(),
        )


def trades(account, symbol, quantity, *, notes="", day=date(2026, 6, 1)):
    with as_role("owner"):
        Trade.unscoped.create(
            firm_id=account.firm_id,
            account_id=account.pk,
            key=str(uuid4()),
            trade_on=day,
            report_on=day,
            asset="STK",
            symbol=symbol,
            currency=account.base_currency,
            rate=1,
            quantity=quantity,
            price=200,
            proceeds=-200 * quantity,
            commission=Decimal("-1.5"),
            notes=notes,
            file=a_file(),
        )


def test_qry_1_without_secure_login_the_page_is_shut_and_says_why(world, browse):
    with as_role("owner"):
        Device.unscoped.filter(user=world.users["alice"]).delete()

    answer = browse("alice").get(PAGE)

    assert answer.status_code == 403
    assert "activate a device under Settings" in answer.content.decode()
    assert browse("alice").get(f"{API}?kind=performance").status_code == 403
    assert browse("alice").post(f"{PAGE}keep/?kind=performance", {"name": "x"}).status_code == 403
    assert browse("alice").post(f"{PAGE}export/?kind=performance").status_code == 403
    with as_role("owner"):
        assert not SavedQuery.unscoped.exists()


def test_qry_2_bounds_are_included(world, browse):
    for number, percent in ((ANA, "4"), (KEN, "5"), (CHIDI, "6")):
        earns(world, number, percent)

    query = "kind=performance&period=ytd&return_least=5&return_most=10"

    assert sorted(numbers(browse, query)) == [KEN, CHIDI]
    page = browse("alice").get(f"{PAGE}?run=1&{query}").content.decode()
    assert "6.00%" in page and "4.00%" not in page


def test_flows_do_not_earn(world, browse):
    """100; 50 come in, 153 at the end: (153 - 50) / 100 - 1 = 3 percent."""
    worth(world[ANA], date(2025, 12, 31), "100")
    worth(world[ANA], SEALED, "153", "50")

    answer = browse("alice").get(f"{API}?kind=performance&period=ytd").json()

    assert answer["results"][0]["figures"] == ["100", "153", "50", "0.03"]


def test_qry_3_held_and_traded(world, browse):
    holds(world[ANA], "AAPL", 100)
    trades(world[ANA], "AAPL", 100)
    trades(world[KEN], "AAPL", 50)
    trades(world[KEN], "AAPL", -50)

    assert numbers(browse, "kind=symbol&symbol=aapl&how=held") == [ANA]
    assert sorted(numbers(browse, "kind=symbol&symbol=AAPL&how=traded&period=ytd")) == [ANA, KEN]
    assert numbers(browse, "kind=symbol&symbol=AAPL&quantity_least=101") == []
    assert numbers(browse, "kind=symbol&symbol=265598&value_least=20000") == [ANA]
    assert numbers(browse, "kind=symbol") == []


def test_volume_counts_what_was_not_cancelled(world, browse):
    trades(world[ANA], "AAPL", 100)
    trades(world[ANA], "MSFT", 10)
    trades(world[ANA], "MSFT", 10, notes="Ca")
    trades(world[KEN], "AAPL", 1, day=date(2025, 6, 1))

    answer = browse("alice").get(f"{API}?kind=volume&period=ytd&trades_least=1").json()

    assert [(one["account"], one["figures"]) for one in answer["results"]] == [(ANA, ["1", "100", "20000", "1.5"])]
    assert numbers(browse, "kind=volume&period=ytd&notional_least=20000.01") == []


def test_attributes(world, browse):
    account = world[ANA]
    worth(account, SEALED, "1000")
    with as_role("owner"):
        Account.unscoped.filter(pk=account.pk).update(customer_type="IRA Roth", holder_born_on=date(1960, 11, 20))
        AccountFacts.unscoped.create(
            account_id=account.pk,
            firm_id=account.firm_id,
            as_of=SEALED,
            generated_at=datetime(2026, 11, 20, tzinfo=UTC),
            permissions="Stocks, Options",
            last_traded_on=SEALED - timedelta(days=40),
            file=a_file(),
        )
        CashBalance.unscoped.create(
            account_id=account.pk, day=SEALED, currency="USD", is_total=True, ending=200, settled=200, file=a_file()
        )
    for query in (
        "type=IRA Roth&type=Trust",
        "age_least=66&age_most=66",
        "permission=options",
        "idle_days=39",
        "cash_least=20",
        "type=IRA Roth&currency=USD&currency=EUR&margin=margin",
    ):
        assert numbers(browse, f"kind=attributes&{query}") == [ANA], query
    for query in ("type=Trust", "age_least=67", "idle_days=40", "cash_least=20.01", "type=IRA Roth&currency=EUR"):
        assert numbers(browse, f"kind=attributes&{query}") == [], query


def test_nobody_finds_what_is_not_theirs(world, browse):
    for number in (ANA, KEN, CHIDI, DANA, "U9000001", "U4000001"):
        earns(world, number, "5")
    found = {name: set(numbers(browse, "kind=performance&period=ytd", name)) for name in ("bob", "carol", "mallory")}

    assert found == {"bob": {CHIDI}, "carol": {DANA}, "mallory": {"U9000001"}}
    assert set(numbers(browse, "kind=performance&period=ytd", "vera")) == {ANA, CHIDI}
    assert set(numbers(browse, "kind=performance&period=ytd", "sam")) == {"U4000001"}
    for name, status in (("ana", 404), ("frank", 403), ("", 302)):
        assert browse(name).get(PAGE).status_code == status


@pytest.mark.parametrize(
    "query",
    [
        "kind=performance&return_least=NaN",
        "kind=performance&period=custom",
        "kind=performance&period=custom&from=0001-01-01&until=9999-12-31",
        "kind=volume&trades_least='; DROP TABLE x; --",
    ],
)
def test_what_cannot_be_read_is_refused(world, browse, query):
    assert browse("alice").get(f"{API}?{query}").status_code == 400
    assert browse("alice").get(f"{PAGE}?run=1&{query}").status_code == 422


def keeps(browse, name="alice", **more):
    answer = browse(name).post(f"{PAGE}keep/?kind=performance&return_least=5", {"name": "Good ones", **more})
    assert answer.status_code == 302
    with as_role("owner"):
        return SavedQuery.unscoped.latest("saved_at")


def test_a_query_is_private_until_it_is_shared(world, browse):
    kept = keeps(browse)
    assert kept.criteria == "kind=performance&return_least=5"
    assert "Good ones" not in browse("vera").get(PAGE).content.decode()
    assert "Good ones" in browse("alice").get(PAGE).content.decode()

    keeps(browse, shared="on")

    assert "Good ones" in browse("vera").get(PAGE).content.decode()
    for name in ("bob", "carol", "mallory", "sam"):
        assert "Good ones" not in browse(name).get(PAGE).content.decode()
    with as_role("owner"):
        assert SavedQuery.unscoped.count() == 1


def test_only_its_maker_renames_or_removes_a_query(world, browse):
    kept = keeps(browse, shared="on")
    for name in ("vera", "bob", "mallory", "sam"):
        assert browse(name).post(f"{PAGE}{kept.pk}/name/", {"name": "Mine"}).status_code == 404
        assert browse(name).post(f"{PAGE}{kept.pk}/delete/").status_code == 404
        assert browse(name).delete(f"{API}kept/{kept.pk}/").status_code == 404
        with acting(world.users[name].pk):
            assert SavedQuery.unscoped.filter(pk=kept.pk).update(name="Mine") == 0
    with acting(world.users["bob"].pk), pytest.raises(DatabaseError), transaction.atomic():
        SavedQuery.unscoped.create(
            firm_id=kept.firm_id,
            practice_id=kept.practice_id,
            user_id=kept.user_id,
            seat_id=kept.seat_id,
            name="Forged",
            kind="volume",
            criteria="",
            saved_at=kept.saved_at,
        )
    with as_role("owner"):
        assert list(SavedQuery.unscoped.values_list("name", flat=True)) == ["Good ones"]

    browse("alice").post(f"{PAGE}{kept.pk}/name/", {"name": "Best ones"})
    assert "Best ones" in browse("alice").get(PAGE).content.decode()
    browse("alice").post(f"{PAGE}{kept.pk}/delete/")
    with as_role("owner"):
        assert not SavedQuery.unscoped.exists()


def test_the_file_has_what_the_page_finds(world, browse):
    for number, percent in ((ANA, "4"), (CHIDI, "6")):
        earns(world, number, percent)
    with acting(world.users["alice"].pk) as who:
        found = table(who, QueryDict("kind=performance&period=ytd&return_least=5"), [])
        rows = list(found.rows)

    assert [(row[0], row[-2], row[-1]) for row in rows] == [(CHIDI, Decimal("0.06"), "USD")]
    assert len(found.headings) == len(rows[0])
    assert browse("alice").post(f"{PAGE}export/?kind=performance", {"format": "csv"}).status_code == 302


def test_the_page_asks_as_much_for_one_account_as_for_three(world, browse):
    def questions():
        alice.get(f"{PAGE}?run=1&kind=performance")
        with CaptureQueriesContext(connection) as asked:
            assert alice.get(f"{PAGE}?run=1&kind=performance").status_code == 200
        return len([one for one in asked.captured_queries if " FROM " in one["sql"]])

    alice = browse("alice")
    earns(world, ANA, "5")
    one = questions()
    for number in (KEN, CHIDI):
        earns(world, number, "5")

    assert questions() == one
    assert one <= 12


def test_the_next_page_goes_on_behind_the_last_account(world, browse, monkeypatch):
    for number in (ANA, KEN, CHIDI):
        earns(world, number, "5")
    monkeypatch.setattr("portal.tools.inquiries.queries.PAGE", 2)
    alice = browse("alice")
    first = alice.get(f"{API}?kind=performance").json()
    second = alice.get(f"{API}{first['next']}").json()

    assert len(first["results"]) == 2 and second["next"] == ""
    assert {one["account"] for one in (*first["results"], *second["results"])} == {ANA, KEN, CHIDI}
