"""The Investors' Marketplace: who writes a listing, who reads it in which state, and what refusals leave alone."""

import json
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.desk.marketplace import actions
from accounts.desk.marketplace.models import Listing
from accounts.desk.marketplace.rules import ListingConflict, ListingProblem, Said, is_website
from accounts.ground.access.context import acting, enter
from accounts.ground.access.scope import NotAllowed
from accounts.ground.outbox.models import OutboxMessage
from accounts.ground.people.models import User
from tests.accounts.assignments.managed import NUMBER, employ
from tests.desk.topics.test_lei import SURE
from tests.house.written import fingerprint_of_rows

pytestmark = pytest.mark.django_db
AT = datetime(2025, 9, 1, 15, tzinfo=UTC)
SAID = {
    "name": "Gannet Trading",
    "text": "We trade futures\nfor patient people.",
    "contact": "max@gannet.example",
    "region": "Europe",
    "website": "https://gannet.example/",
    "minimum": "250000.00",
    "currency": "GBP",
    "fees": "1 % a year",
}
OWN = "/marketplace/own/money_manager/"


def write(world, name, category="money_manager", **more):
    with acting(world.users[name].pk) as who:
        said = Said(name="Gannet", text="Futures", contact="max", region="Europe", **more)
        return actions.write(who=who, category=category, said=said, at=AT)


def submit(world, name, category="money_manager"):
    with acting(world.users[name].pk) as who:
        return actions.submit(who=who, category=category, at=AT)


def approve(world, listing):
    with acting(world.users["olga"].pk, alias="office") as who:
        return actions.approve(who=who, listing=listing, at=AT)


def approved(world, name="mallory", category="money_manager"):
    made = write(world, name, category)
    submit(world, name, category)
    return approve(world, made)


def test_a_listing_goes_from_a_draft_to_the_marketplace_and_off_it_again(world, browse, office):
    """Draft, submitted, approved, changed: at each step others read what the back office approved, or nothing."""
    employ(world)
    User.objects.update(email="someone@example.com")
    own, alice = browse("max"), browse("alice")
    assert own.post(OWN, SAID).status_code == 302
    made = Listing.unscoped.get()
    page = f"/marketplace/{made.pk}/"
    assert (made.state, made.practice_id, str(made.minimum)) == ("draft", world[NUMBER].practice_id, "250000.00")
    assert own.get(page).status_code == 200 and alice.get(page).status_code == 404
    own.post(f"{OWN}submit/")
    assert alice.get(page).status_code == 404 and "Gannet" not in alice.get("/marketplace/").content.decode()

    chosen = {"action": "approve", "_selected_action": str(made.pk), **SURE}
    assert office.post("/office/desk/listing/", chosen).status_code == 302
    shown = alice.get("/marketplace/?category=money_manager&region=euro&q=futures").content.decode()
    assert "Gannet Trading" in shown and page in shown
    assert "Gannet" not in alice.get("/marketplace/?category=research").content.decode()
    text = alice.get(page).content.decode()
    assert 'rel="noopener noreferrer nofollow external"' in text and "https://gannet.example/" in text
    assert OutboxMessage.unscoped.filter(subject="Your listing is approved").count() == 1

    own.post(OWN, {**SAID, "fees": "nothing at all"})
    assert Listing.unscoped.get().state == "draft" and alice.get(page).status_code == 404
    own.post(f"{OWN}submit/")
    reason = {"reason": "  Say  where you are registered. ", **SURE}
    assert office.post(f"/office/desk/listing/{made.pk}/change/", {"reason": " ", **SURE}).status_code == 200
    assert Listing.unscoped.get().state == "submitted"
    assert office.post(f"/office/desk/listing/{made.pk}/change/", reason).status_code == 302
    assert "Say where you are registered." in own.get("/marketplace/own/").content.decode()
    assert Listing.unscoped.get().state == "declined" and alice.get(page).status_code == 404


def test_from_a_listing_the_assignment_of_ones_own_money_manager_begins_and_others_are_asked_about(world, browse):
    employ(world)
    made = approved(world, "max")
    page = f"/marketplace/{made.pk}/"

    assert f"/money-managers/?manager={NUMBER}" in browse("mallory").get(page).content.decode()
    chosen = browse("mallory").get(f"/money-managers/?manager={NUMBER}").content.decode()
    assert f'<option value="{NUMBER}" selected' in chosen
    alice = browse("alice").get(page).content.decode()
    assert "?manager=" not in alice
    link = urlsplit(alice.split('href="/messages/new-ticket/')[1].split('"')[0].replace("&amp;", "&"))
    assert parse_qs(link.query) == {
        "account": ["F100001"],
        "category": ["other"],
        "subject": ["Marketplace: Gannet"],
    }
    form = browse("alice").get(f"/messages/new-ticket/?{link.query}").content.decode()
    assert 'value="Marketplace: Gannet"' in form
    assert "/messages/new-ticket/" not in browse("max").get(page).content.decode().split("<main")[1]


@pytest.mark.parametrize("name", ["ana", "sam", "nina", "frank", "olga", ""])
def test_whoever_neither_advises_nor_trades_finds_no_marketplace_and_moves_nothing(world, browse, name):
    made = approved(world)
    visitor, before = browse(name), fingerprint_of_rows()
    for address in ("/marketplace/", f"/marketplace/{made.pk}/", "/marketplace/own/", OWN):
        assert visitor.get(address).status_code in ((302,) if not name else (404,)), address
    for address in (OWN, f"{OWN}submit/", f"{OWN}withdraw/"):
        assert visitor.post(address, SAID).status_code in ((302,) if not name else (404,)), address
    assert visitor.get("/api/v1/marketplace/").status_code in ((401,) if not name else (404,))
    assert fingerprint_of_rows() == before


def test_only_who_manages_the_practice_speaks_for_it(world, browse):
    """Tess was given funding alone, vera two accounts; neither writes, and bob's listing is not alice's to withdraw."""
    approved(world, "bob", "research")
    for name in ("tess", "vera"):
        assert browse(name).post(OWN, SAID).status_code == 403
        with acting(world.users[name].pk) as who, pytest.raises(NotAllowed):
            actions.withdraw(who=who, category="research", at=AT)
    assert browse("vera").get("/marketplace/").status_code == 200
    with acting(world.users["alice"].pk) as who, pytest.raises(ListingConflict):
        actions.withdraw(who=who, category="research", at=AT)
    with acting(world.users["alice"].pk) as who, pytest.raises(NotAllowed):
        actions.approve(who=who, listing=Listing.unscoped.get(), at=AT)
    assert [one.state for one in Listing.unscoped.all()] == ["approved"]


def test_the_second_wall_alone(world, as_role):
    """Drafts are their practice's, nobody of the pages approves, no approved text changes and stays approved."""
    draft, shown = write(world, "bob", "technology"), approved(world, "carol", "research")
    seen = {"bob": {draft.pk, shown.pk}, "carol": {shown.pk}, "alice": {shown.pk}, "mallory": {shown.pk}, "ana": set()}
    with as_role("portal_web"):
        for name, keys in seen.items():
            enter(world.users[name].pk)
            assert set(Listing.unscoped.values_list("pk", flat=True)) == keys, name
        enter(world.users["bob"].pk)
        mine, hers = Listing.unscoped.filter(pk=draft.pk), Listing.unscoped.filter(pk=shown.pk)
        user = world.users["bob"].pk
        for change in ({"state": "approved"}, {"written_by": user + 1}, {"practice_id": 1}, {"reason": "x"}):
            with pytest.raises(DatabaseError), transaction.atomic():
                mine.update(**{"written_by": user, **change})
        assert hers.update(text="stolen", state="draft", written_by=user) == 0
        enter(world.users["carol"].pk)
        with pytest.raises(DatabaseError), transaction.atomic():
            hers.update(text="another")
        with pytest.raises(DatabaseError), transaction.atomic():
            hers.delete()
    with as_role("portal_office"), pytest.raises(DatabaseError), transaction.atomic():
        Listing.unscoped.filter(pk=draft.pk).update(state="approved", decided_by=1, decided_at=AT)
    assert {one.pk: (one.state, one.text) for one in Listing.unscoped.all()} == {
        draft.pk: ("draft", "Futures"),
        shown.pk: ("approved", "Futures"),
    }


@pytest.mark.parametrize(
    ("address", "good"),
    [
        ("https://gannet.example/a?b=c", True),
        ("", True),
        *((one, False) for one in ("http://gannet.example", "javascript:alert(1)", "https://", "https://localhost")),
        *((one, False) for one in ("https://me:pw@gannet.example", 'https://gannet.example/"x', "https://[1")),
    ],
)
def test_websites_are_shown_and_must_be_safe_to_open(address, good):
    assert is_website(address) is good


def test_what_cannot_be_said_is_refused_in_words(world, browse):
    mallory = browse("mallory")
    for wrong in ({"website": "javascript:alert(1)"}, {"text": ""}, {"minimum": "-1"}, {"minimum": "NaN"}):
        assert mallory.post(OWN, {**SAID, **wrong}).status_code == 422, wrong
    assert mallory.post("/marketplace/own/casino/", SAID).status_code == 404
    with pytest.raises(ListingProblem):
        write(world, "mallory", "casino")
    with pytest.raises(ListingConflict):
        submit(world, "mallory")
    assert not Listing.unscoped.exists()


def test_the_api_does_the_same(world, browse):
    bob, carol = browse("bob"), browse("carol")
    own = "/api/v1/marketplace/own/technology/"
    put = bob.put(own, json.dumps(SAID), content_type="application/json")
    assert (put.status_code, put.json()["state"], put.json()["minimum"]) == (200, "draft", "250000.00")
    strange = bob.put(own, json.dumps({**SAID, "state": "approved"}), content_type="application/json")
    assert strange.status_code == 400
    assert bob.post(f"{own}submit/").json()["state"] == "submitted"
    assert bob.post(f"{own}submit/").status_code == 409
    pk = bob.get("/api/v1/marketplace/own/").json()[0]["id"]
    assert carol.get(f"/api/v1/marketplace/{pk}/").status_code == 404
    approve(world, Listing.unscoped.get())
    found = carol.get("/api/v1/marketplace/?category=technology&q=gannet").json()["results"]
    assert [one["id"] for one in found] == [pk] and "state" not in found[0]
    assert bob.delete(own).status_code == 204 and not carol.get("/api/v1/marketplace/").json()["results"]


def test_a_full_page_costs_what_a_short_one_does(world, browse):
    alice = browse("alice")
    alice.get("/marketplace/")
    with CaptureQueriesContext(
        connection,
    ) as few:
        alice.get("/marketplace/")
    for name, category in (("bob", "research"), ("carol", "technology"), ("mallory", "administrator")):
        approved(world, name, category)
    with CaptureQueriesContext(connection) as many:
        alice.get("/marketplace/")
    asked = [
        sum(not one["sql"].startswith(("S", "R")) or " FROM " in one["sql"] for one in some) for some in (few, many)
    ]
    assert asked[0] == asked[1] <= 12
