"""The Investors' Marketplace: who writes a listing, who reads it in which state, and what refusals leave alone."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
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
from accounts.ground.people.models import Seat, User
from accounts.ground.tree.models import Account
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
OWN, MOVES = "/marketplace/own/money_manager/", ("submit", "withdraw")


def write(world, name, category="money_manager", **more):
    with acting(world.users[name].pk) as who:
        said = Said(name="Gannet", text="Futures", contact="max", region="Europe", **more)
        return actions.write(who=who, category=category, said=said, at=AT)


def submit(world, name, category="money_manager"):
    with acting(world.users[name].pk) as who:
        return actions.submit(who=who, category=category, at=AT)


def approve(world, listing):
    with acting(world.users["olga"].pk, alias="office") as who:
        return actions.approve(who=who, listing=listing, seen=listing.written_at, at=AT)


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

    chosen = {"action": "approve", "_selected_action": str(made.pk), "seen": read(office, made), **SURE}
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
    reason = {"reason": "  Say  where you are registered. ", "seen": read(office, made), **SURE}
    empty = {**reason, "reason": " "}
    assert office.post(f"/office/desk/listing/{made.pk}/change/", empty).status_code == 200
    assert Listing.unscoped.get().state == "submitted"
    assert office.post(f"/office/desk/listing/{made.pk}/change/", reason).status_code == 302
    assert "Say where you are registered." in own.get("/marketplace/own/").content.decode()
    assert Listing.unscoped.get().state == "declined" and alice.get(page).status_code == 404


def read(office, listing):
    """The moment that the listing's page carries: what is decided there was read there."""
    page = office.get(f"/office/desk/listing/{listing.pk}/change/").content.decode()
    moments = set(re.findall(r'name="seen" value="([^"]+)"', page))
    assert len(moments) == 1
    return moments.pop()


def test_the_back_office_decides_only_what_it_has_read(world, browse, office):
    """Mallory writes anew and submits while the page is open; neither button knows the new words, the list none."""
    made, page = write(world, "mallory"), "/office/desk/listing/"
    submit(world, "mallory")
    seen = read(office, made)
    mallory = browse("mallory")
    mallory.post(OWN, {**SAID, "text": "Send your money to this address."})
    mallory.post(f"{OWN}submit/")
    chosen = {"action": "approve", "_selected_action": str(made.pk), **SURE}
    for more in ({"seen": seen}, {}, {"seen": "yesterday"}, {"seen": "2025-02-30T00:00:00Z"}):
        told = office.post(page, {**chosen, **more}, follow=True).content.decode()
        assert "open it and read it first" in told
        shown = office.post(f"{page}{made.pk}/change/", {"reason": "No.", **more, **SURE})
        assert shown.status_code == 200
    held = Listing.unscoped.get()
    assert (held.state, held.reason, held.decided_at) == ("submitted", "", None)
    assert not OutboxMessage.unscoped.filter(subject__startswith="Your listing").exists()
    with acting(world.users["olga"].pk, alias="office") as who:
        for decide in (actions.approve, partial(actions.decline, reason="No.")):
            with pytest.raises(ListingConflict):
                decide(who=who, listing=made, seen=AT, at=AT)
    # From the list, where nothing is read, there is no such step.
    assert 'value="approve"' not in office.get(page).content.decode()
    assert office.post(page, {**chosen, "seen": read(office, made)}).status_code == 302
    assert Listing.unscoped.get().state == "approved"


def test_who_looks_as_another_speaks_for_nobody_and_a_narrowed_colleague_writes_nothing(world, browse, as_role):
    """Alice, who looks as bob, moves nothing of his; vera was given two accounts of alice's practice."""
    draft = write(world, "bob", "technology")
    alice = browse("alice")
    assert alice.post("/seen-as/", {"seat": world.seats["bob"].pk, "name": "bob"}).status_code == 302
    before = fingerprint_of_rows()
    for address in ("/marketplace/own/technology/", *(f"/marketplace/own/technology/{one}/" for one in MOVES)):
        assert alice.post(address, SAID).status_code in (302, 403), address
    assert fingerprint_of_rows() == before
    with acting(world.users["bob"].pk) as bob, acting(world.users["alice"].pk) as who:
        seen = replace(bob, behind=who)
        for act in (actions.submit, actions.withdraw):
            with pytest.raises(NotAllowed):
                act(who=seen, category="technology", at=AT)
    hers = write(world, "alice", "research")
    with as_role("portal_web"):
        vera = enter(world.users["vera"].pk)
        assert vera.is_narrowed
        assert Listing.unscoped.filter(pk=hers.pk).update(state="withdrawn", written_by=vera.user_id) == 0
        with pytest.raises(DatabaseError), transaction.atomic():
            Listing.unscoped.create(
                firm_id=hers.firm_id, practice_id=hers.practice_id, category="technology", name="n", text="t",
                contact="c", region="r", written_by=vera.user_id, written_at=AT,
            )  # fmt: skip
    states = Listing.unscoped.order_by("category").values_list("pk", "state")
    assert list(states) == [(hers.pk, "draft"), (draft.pk, "draft")]


def test_a_listing_ends_with_its_practices_last_account(world, browse):
    """Bob's practice closes: its listings leave the marketplace and the back office's list; carol's stays."""
    shown, hers = approved(world, "bob", "research"), approved(world, "carol", "research")
    write(world, "bob", "technology")
    submit(world, "bob", "technology")
    draft = write(world, "bob", "administrator")
    # A client's account that closes ends nothing.
    for number, states in (("U2000001", {"approved", "submitted"}), ("F200002", {"withdrawn"})):
        Account.unscoped.filter(pk=world[number].pk).update(status="C", closed_on=AT.date())
        mine = Listing.unscoped.filter(practice_id=shown.practice_id).exclude(pk=draft.pk)
        assert set(mine.values_list("state", flat=True)) == states, number
    assert Listing.unscoped.get(pk=draft.pk).state == "draft"
    assert Listing.unscoped.get(pk=hers.pk).state == "approved"
    assert browse("alice").get(f"/marketplace/{shown.pk}/").status_code == 404


def test_who_has_left_the_practice_reads_nothing_of_its_listing(world):
    """Bob wrote it and left; what the back office says of it is for who sits there, and nobody else does."""
    User.objects.update(email="someone@example.com")
    made = write(world, "bob", "research")
    submit(world, "bob", "research")
    Seat.unscoped.filter(user=world.users["bob"]).update(is_active=False, ended_at=AT)
    approve(world, made)
    told = OutboxMessage.unscoped.filter(subject="Your listing is approved").values_list("person_id", flat=True)
    assert world.users["bob"].pk not in told


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
        actions.approve(who=who, listing=Listing.unscoped.get(), seen=AT, at=AT)
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
