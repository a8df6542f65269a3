"""Corporate actions that ask for a choice: who is entitled, who chooses, until when; a refusal moves nothing."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import Value
from django.http import Http404

from accounts.broker.corporate.actions import Announcement, ElectionClosed, ElectionProblem, announce, elect, withdraw
from accounts.broker.corporate.models import Entitlement, VoluntaryAction
from accounts.broker.feed.models import NavDaily, StatementFile
from accounts.broker.holdings.models import Position
from accounts.ground.access.context import acting, as_role
from accounts.ground.access.scope import NotAllowed
from accounts.ground.models import Event, TrailEntry
from accounts.ground.notifications.models import Notification
from tests.house.written import fingerprint_of_rows

NOW = datetime.now(UTC)  # the database's own clock closes an election
DAY = date(2025, 9, 30)
OFFER = Announcement(
    firm_id=0, kind="TO", symbol="OPLX", conid=55, title="Tender at 30 dollars", terms="Thirty dollars a share.",
    options=("Keep the shares", "Tender all"), default=0, held_on=DAY, deadline=NOW + timedelta(days=5),
)  # fmt: skip


@pytest.fixture
def held(world):
    """Ana 100 shares, Chidi 50 as two lots and their sum; Ken is short, Dana holds CFDs, Nina is of another firm."""
    with as_role("owner"):
        file = StatementFile.unscoped.create(sha256="6" * 64, name="h", kind="flex", size=1, imported_at=NOW)
        for number, quantity, asset, level in (
            ("U1000001", 100, "STK", "SUMMARY"),
            ("U1000002", -10, "STK", "SUMMARY"),
            ("U2000001", 50, "STK", "SUMMARY"),
            ("U2000001", 30, "STK", "LOT"),
            ("U2000001", 20, "STK", "LOT"),
            ("U3000001", 70, "CFD", "SUMMARY"),
            ("U9000001", 40, "STK", "SUMMARY"),
        ):
            Position.unscoped.create(
                account=world[number], day=DAY, key=f"55:{level}:{quantity}", level=level, symbol="OPLX", conid=55,
                side="Long", asset=asset, currency="USD", quantity=quantity, file=file,
            )  # fmt: skip
    return world


@pytest.fixture
def offer(held):
    with as_role("office"):
        return announce(said=replace(OFFER, firm_id=held["F100001"].firm_id), by=1, at=NOW).action


@pytest.fixture
def seated(world):
    return lambda name: acting(world.users[name].pk)


def choices():
    with as_role("office"):
        return dict(Entitlement.unscoped.order_by("account__number").values_list("account__number", "choice"))


def test_holders_of_the_firm_are_entitled_and_each_practice_is_told_once(offer, world):
    with as_role("office"):
        rows = {one.account.number: int(one.quantity) for one in Entitlement.unscoped.select_related("account")}
        told = list(Notification.unscoped.filter(kind="corporate_action").values_list("practice_id", flat=True))
    assert rows == {"U1000001": 100, "U2000001": 50}
    assert sorted(told) == sorted([world["F100001"].practice_id, world["F200002"].practice_id])


def test_each_account_is_entitled_by_its_own_last_statement(held, world):
    """Offered to who held it on Friday the 3rd of October 2025; Chidi's newest statement is of Tuesday.

    Ana has sold by Thursday, Dana's fresh shares stand in a statement of the day, Ken's last one is of March.
    """
    friday = date(2025, 10, 3)
    with as_role("owner"):
        file = StatementFile.unscoped.get()
        with connection.cursor() as cursor:
            cursor.execute("SELECT broker_ensure_partitions(%s, %s)", [friday, friday])
        # What the night carried over for Chidi is no statement of Friday.
        for number, day, source in (
            ("U1000001", date(2025, 10, 2), file.pk),
            ("U2000001", friday, None),
            ("U3000001", friday, file.pk),
        ):
            NavDaily.unscoped.create(
                account=world[number], nav_date=day, file_id=source, nlv=1, flow=0, currency="USD"
            )  # fmt: skip
        for number, day in (("U3000001", friday), ("U1000002", date(2025, 3, 31))):
            Position.unscoped.filter(account=world[number]).delete()
            Position.unscoped.create(
                account=world[number], day=day, key="55:new", level="SUMMARY", symbol="OPLX", conid=55,
                side="Long", asset="STK", currency="USD", quantity=7, file=file,
            )  # fmt: skip
    offer = replace(OFFER, firm_id=world["F100001"].firm_id, held_on=friday)
    with as_role("office"):
        made = announce(said=offer, by=1, at=NOW)
        rows = {one.account.number: int(one.quantity) for one in Entitlement.unscoped.select_related("account")}
    assert rows == {"U2000001": 50, "U3000001": 7}
    assert [(one.account.number, one.day) for one in made.earlier] == [("U2000001", DAY)]
    assert [(one.account.number, one.day) for one in made.silent] == [("U1000002", date(2025, 3, 31))]


def test_a_choice_holds_until_another_one_and_the_same_twice_is_one(offer, seated):
    with seated("bob") as bob:
        for choice in (1, 1, 0, 1):
            elect(who=bob, pk=offer.pk, number="U2000001", choice=choice, at=NOW)
    with seated("alice") as alice:
        elect(who=alice, pk=offer.pk, number="u1000001", choice=1, at=NOW)
        elect(who=alice, pk=offer.pk, number="U2000001", choice=0, at=NOW)  # the level above trades for all clients
    assert choices() == {"U1000001": 1, "U2000001": 0}
    assert Event.unscoped.filter(kind="election").count() == 5
    assert TrailEntry.unscoped.filter(table="broker_entitlement", operation="update").count() == 5


def test_after_the_deadline_by_the_databases_clock_nothing_changes(offer, seated):
    with as_role("owner"), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE broker_voluntaryaction DISABLE TRIGGER broker_voluntaryaction_facts")
        cursor.execute("UPDATE broker_voluntaryaction SET deadline = clock_timestamp()")
        cursor.execute("ALTER TABLE broker_voluntaryaction ENABLE TRIGGER broker_voluntaryaction_facts")
    with seated("bob") as bob:
        # Whatever instant the page believes it is.
        with pytest.raises(ElectionClosed):
            elect(who=bob, pk=offer.pk, number="U2000001", choice=1, at=NOW - timedelta(days=1))
        mine = Entitlement.unscoped.filter(account__number="U2000001")
        with pytest.raises(DatabaseError, match="closed"), transaction.atomic():
            mine.update(choice=1, chosen_by=bob.user_id, chosen_at=NOW)
    assert choices() == {"U1000001": None, "U2000001": None}


def test_a_withdrawn_announcement_takes_no_choice(offer, seated):
    with as_role("office"):
        assert (withdraw(pk=offer.pk, at=NOW), withdraw(pk=offer.pk, at=NOW)) == (True, False)
    with seated("bob") as bob, pytest.raises(ElectionClosed):
        elect(who=bob, pk=offer.pk, number="U2000001", choice=1, at=NOW)


def test_who_has_chosen_hears_that_an_offer_was_withdrawn_and_others_do_not(offer, seated, world, browse):
    with seated("bob") as bob:
        elect(who=bob, pk=offer.pk, number="U2000001", choice=1, at=NOW)
    with as_role("office"):
        withdraw(pk=offer.pk, at=NOW)
        [news] = Notification.unscoped.filter(natural_key__endswith=" withdrawn")
    assert news.practice_id == world["F200002"].practice_id
    page = browse("bob").get(f"/notifications/{news.pk}/").content.decode()
    assert "A corporate action was withdrawn" in page and f"/trading/corporate-actions/{offer.pk}/" in page


def test_a_second_click_announces_nothing_and_a_withdrawn_offer_can_be_announced_again(offer, held):
    said = replace(OFFER, firm_id=held["F100001"].firm_id)
    with as_role("office"):
        with pytest.raises(ElectionProblem, match="announced already"):
            announce(said=said, by=1, at=NOW)
        assert (VoluntaryAction.unscoped.count(), Entitlement.unscoped.count()) == (1, 2)
        assert Notification.unscoped.filter(kind="corporate_action").count() == 2
        withdraw(pk=offer.pk, at=NOW)
        announce(said=said, by=1, at=NOW)
        assert VoluntaryAction.unscoped.filter(withdrawn_at=None).count() == 1


def test_a_deadline_between_asking_and_writing_is_a_conflict(offer, seated, monkeypatch):
    with as_role("owner"), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE broker_voluntaryaction DISABLE TRIGGER broker_voluntaryaction_facts")
        cursor.execute("UPDATE broker_voluntaryaction SET deadline = clock_timestamp()")
        cursor.execute("ALTER TABLE broker_voluntaryaction ENABLE TRIGGER broker_voluntaryaction_facts")
    monkeypatch.setattr("accounts.broker.corporate.actions._Clock", lambda: Value(NOW - timedelta(days=1)))
    with seated("bob") as bob, pytest.raises(ElectionClosed):
        elect(who=bob, pk=offer.pk, number="U2000001", choice=1, at=NOW)
    assert choices() == {"U1000001": None, "U2000001": None}


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"options": ("One",)}, "two to six"),
        ({"options": ("One", "One")}, "different"),
        ({"default": 2}, "one of the options"),
        ({"deadline": NOW - timedelta(seconds=1)}, "over already"),
        ({"conid": 56}, "No account"),
        ({"held_on": date(2025, 9, 29)}, "No account"),
        ({"held_on": NOW.date() + timedelta(days=2)}, "Nobody knows"),
        ({"held_on": date(1925, 9, 30)}, "no statements"),
    ],
)
def test_an_announcement_that_makes_no_sense_is_not_kept(held, changed, words):
    with as_role("office"), pytest.raises(ElectionProblem, match=words):
        announce(said=replace(OFFER, firm_id=held["F100001"].firm_id, **changed), by=1, at=NOW)
    assert not VoluntaryAction.unscoped.exists()


def test_strangers_find_nothing_and_who_only_reads_chooses_nothing(offer, seated, browse):
    address = f"/trading/corporate-actions/{offer.pk}/"
    for name, seen, chosen in (
        ("carol", 404, 404), ("mallory", 404, 404), ("ken", 404, 403), ("sam", 404, 404), ("chidi", 200, 403),
        ("frank", 403, 403), ("dora", 302, 302), ("tess", 403, 403),
    ):  # fmt: skip
        client = browse(name)
        before = fingerprint_of_rows()
        data = {"account": "U2000001", "choice": "1"}
        assert client.get(address).status_code == seen, name
        assert client.post(f"{address}choose/", data).status_code == chosen, name
        by_api = client.post(f"/api/v1{address[8:]}choose/", {**data, "choice": 1}, content_type="application/json")
        assert by_api.status_code in (chosen, 401, 403, 404), name
        assert fingerprint_of_rows() == before, name
    with seated("bob") as bob:
        with pytest.raises(Http404):
            elect(who=bob, pk=offer.pk, number="U1000001", choice=1, at=NOW)
        with pytest.raises(ElectionProblem, match="no such option"):
            elect(who=bob, pk=offer.pk, number="U2000001", choice=2, at=NOW)
    with seated("chidi") as chidi, pytest.raises(NotAllowed):
        elect(who=chidi, pk=offer.pk, number="U2000001", choice=1, at=NOW)
    assert set(choices().values()) == {None}


def test_the_second_wall_alone_keeps_choices_apart(offer, seated):
    for name in ("carol", "mallory", "chidi", "sam"):
        with seated(name) as who:
            assert name == "chidi" or not VoluntaryAction.unscoped.exists()
            assert not Entitlement.unscoped.update(choice=1, chosen_by=who.user_id, chosen_at=NOW)
    with seated("bob") as bob:
        assert Entitlement.unscoped.count() == 1
        with pytest.raises(DatabaseError), transaction.atomic():
            Entitlement.unscoped.update(choice=1, chosen_by=bob.user_id + 1, chosen_at=NOW)


def test_pages_tell_and_choose_and_the_news_leads_there(offer, browse):
    bob = browse("bob")
    listed = bob.get("/trading/corporate-actions/?state=open").content.decode()
    assert "Tender at 30 dollars" in listed
    assert "Tender at 30 dollars" not in bob.get("/trading/corporate-actions/?state=closed").content.decode()
    with as_role("office"):
        news = Notification.unscoped.get(practice__seats__user__username="bob", kind="corporate_action")
    page = bob.get(f"/notifications/{news.pk}/").content.decode()
    address = f"/trading/corporate-actions/{offer.pk}/"
    assert address in page and "A corporate action asks for a choice" in page
    shown = bob.get(address).content.decode()
    assert "Chidi" in shown and "Keep the shares" in shown and "U1000001" not in shown
    assert bob.post(f"{address}choose/", {"account": "U2000001", "choice": "1"}).status_code == 302
    assert bob.post(f"{address}choose/", {"account": "U2000001", "choice": "7"}).status_code == 422
    assert bob.post(f"{address}choose/", {"choice": "1"}).status_code == 422
    told = bob.get(f"/api/v1{address[8:]}").json()
    assert [(one["number"], one["choice"]) for one in told["accounts"]] == [("U2000001", 1)]
