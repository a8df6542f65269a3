"""Market data by user: what a package costs is said before, every user pays again, and each hand is its user's."""

import json
from datetime import UTC, datetime
from decimal import Decimal as D

import pytest
from django.db import DatabaseError, transaction

from accounts.desk.market_data import actions, queries
from accounts.desk.market_data.models import MarketDataOffer, MarketDataSubscription
from accounts.ground.access.context import acting
from accounts.ground.people.models import Seat
from tests.house.written import fingerprint_of_rows
from tests.world import PASSWORD

AT = datetime(2026, 11, 19, 15, 0, tzinfo=UTC)
SURE = {"_password": PASSWORD}
JSON = {"content_type": "application/json", "headers": {"Confirm-Password": PASSWORD}}
PAGE, API = "/settings/market-data/", "/api/v1/market-data/"


@pytest.fixture
def offered(world):
    """Two packages, and one that is offered no more."""
    for code, name, fee, is_offered in (
        ("us-stocks", "US stocks, level 1", "4.50", True),
        ("us-options", "US options", "1.50", True),
        ("old", "Old package", "9.00", False),
    ):
        MarketDataOffer.unscoped.create(code=code, name=name, fee=D(fee), is_offered=is_offered)
    Seat.unscoped.filter(user=world.users["vera"]).update(abilities=["market_data", "view_accounts"])
    return world


def subscribed(world, name, code):
    with acting(world.users[name].pk) as who:
        return actions.subscribe(who=who, offer=MarketDataOffer.unscoped.get(code=code), at=AT)


def test_the_price_is_said_before_and_confirmed(browse, offered):
    alice = browse("alice")
    page = alice.get(PAGE).content.decode()
    assert "US stocks, level 1" in page and "4.50" in page and "Old package" not in page
    asked = alice.post(f"{PAGE}us-stocks/subscribe/")
    assert asked.status_code == 403 and "4.50\xa0USD a month" in asked.content.decode().replace("&nbsp;", "\xa0")
    assert not MarketDataSubscription.unscoped.exists()

    assert alice.post(f"{PAGE}us-stocks/subscribe/", SURE).status_code == 302
    row = MarketDataSubscription.unscoped.get()
    assert (row.fee, row.currency, row.seat) == (D("4.50"), "USD", offered.seats["alice"])
    assert alice.post(f"{PAGE}us-stocks/subscribe/", SURE).status_code == 422
    assert alice.post(f"{API}us-stocks/", **JSON).status_code == 409
    assert alice.post(f"{PAGE}us-stocks/end/").status_code == 302
    assert alice.post(f"{PAGE}us-stocks/end/").status_code == 422
    assert alice.delete(f"{API}us-stocks/", **JSON).status_code == 409
    assert MarketDataSubscription.unscoped.get().ended_by == offered.users["alice"].pk


def test_every_user_pays_again_and_the_sum_is_said_before_another_is_added(browse, offered):
    # By hand: alice 4.50 + 1.50, vera 4.50 again.
    subscribed(offered, "alice", "us-stocks")
    subscribed(offered, "alice", "us-options")
    subscribed(offered, "vera", "us-stocks")
    subscribed(offered, "bob", "us-stocks")
    with acting(offered.users["alice"].pk) as who:
        assert queries.cost_of_place(who) == [("USD", D("10.50"))]
        assert queries.cost_by_user(who) == [("alice", "USD", D("6.00")), ("vera", "USD", D("4.50"))]
    page = browse("alice").get("/settings/users/new/").content.decode().replace("&nbsp;", "\xa0")
    assert "adds 6.00\xa0USD a month" in page and "cost 10.50\xa0USD a month" in page
    assert "10.50" in browse("alice").get(PAGE).content.decode()
    assert "10.50" not in browse("vera").get(PAGE).content.decode()


def test_with_the_seat_its_subscriptions_end_and_nobody_pays_on(browse, offered):
    subscribed(offered, "alice", "us-stocks")
    subscribed(offered, "vera", "us-stocks")
    gone = subscribed(offered, "vera", "us-options")
    MarketDataSubscription.unscoped.filter(pk=gone.pk).update(ended_at=AT, ended_by=offered.users["vera"].pk)

    assert browse("alice").post(f"/settings/users/{offered.seats['vera'].pk}/remove/", SURE).status_code == 302

    seat = Seat.unscoped.get(pk=offered.seats["vera"].pk)
    ended = MarketDataSubscription.unscoped.get(seat=seat, offer="us-stocks")
    assert ended.ended_at == seat.ended_at is not None
    assert ended.ended_by == offered.users["alice"].pk
    gone.refresh_from_db()
    assert (gone.ended_at, gone.ended_by) == (AT, offered.users["vera"].pk)
    with acting(offered.users["alice"].pk) as who:
        assert queries.cost_of_place(who) == [("USD", D("4.50"))]
    assert MarketDataSubscription.unscoped.get(seat=offered.seats["alice"]).ended_at is None


@pytest.mark.parametrize("code", ["old", "no-such"])
def test_what_is_not_offered_is_not_subscribed_to(browse, offered, code):
    before = fingerprint_of_rows()
    status = 422 if code == "old" else 404
    assert browse("alice").post(f"{PAGE}{code}/subscribe/", SURE).status_code == status
    assert browse("alice").post(f"{API}{code}/", **JSON).status_code == (409 if code == "old" else 404)
    assert fingerprint_of_rows() == before


@pytest.mark.parametrize(("name", "status"), [("tess", 403), ("frank", 403), ("olga", 403), ("dora", 302), ("", 302)])
def test_who_was_not_given_market_data_is_refused(browse, offered, name, status):
    before = fingerprint_of_rows()
    assert browse(name).get(PAGE).status_code == status
    assert browse(name).post(f"{PAGE}us-stocks/subscribe/", SURE).status_code == status
    assert browse(name).post(f"{API}us-stocks/", json.dumps({}), **JSON).status_code in (401, 403)
    assert fingerprint_of_rows() == before


def test_nobody_ends_what_is_somebody_elses(browse, offered):
    subscribed(offered, "alice", "us-stocks")
    for name in ("bob", "vera", "ana", "mallory"):
        assert browse(name).post(f"{PAGE}us-stocks/end/").status_code == 422, name
    assert MarketDataSubscription.unscoped.get().ended_at is None


def test_the_database_alone_refuses_other_hands_and_prices(offered, as_role):
    mine = subscribed(offered, "alice", "us-stocks")
    fields = {"firm_id": mine.firm_id, "seat_id": mine.seat_id, "offer_id": "us-options", "currency": "USD"}
    fields |= {"started_at": AT, "fee": D("1.50")}
    seen = {}
    for name in ("alice", "vera", "tess", "bob", "mallory", "ana"):
        with as_role("portal_web"), acting(offered.users[name].pk) as who:
            by = 10**9 if name == "alice" else who.user_id
            with pytest.raises(DatabaseError), transaction.atomic():
                MarketDataSubscription.unscoped.create(started_by=by, **fields)
            with pytest.raises(DatabaseError), transaction.atomic():
                MarketDataOffer.unscoped.create(code="mine", name="Mine", fee=D(0))
            seen[name] = MarketDataSubscription.unscoped.count()
            if name != "alice":
                assert not MarketDataSubscription.unscoped.update(ended_at=AT, ended_by=who.user_id)
    assert seen == {"alice": 1, "vera": 0, "tess": 0, "bob": 0, "mallory": 0, "ana": 0}
    with as_role("portal_web"), acting(offered.users["alice"].pk) as who:
        for forged in ({"fee": D("0.01")}, {"currency": "JPY"}, {"offer_id": "old", "fee": D("9.00")}):
            with pytest.raises(DatabaseError), transaction.atomic():
                MarketDataSubscription.unscoped.create(started_by=who.user_id, **{**fields, **forged})
        with pytest.raises(DatabaseError), transaction.atomic():
            MarketDataSubscription.unscoped.update(fee=D(0))
    with pytest.raises(DatabaseError), transaction.atomic():
        MarketDataOffer.unscoped.filter(code="us-stocks").update(fee=D(1))


def test_the_back_office_writes_down_what_is_offered(browse, offered, office):
    address = "/office/desk/marketdataoffer/add/"
    new = {"code": "eu", "name": "Europe", "fee": "3.00", "currency": "EUR", "is_offered": "on"}
    assert office.post(address, {**new, "fee": "-1"}).status_code in (200, 422)
    assert not MarketDataOffer.unscoped.filter(code="eu").exists()
    assert office.post(address, new).status_code == 302
    assert "Europe" in browse("ana").get(PAGE).content.decode()
