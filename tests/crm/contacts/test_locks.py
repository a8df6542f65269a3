"""One person changes a contact at a time; who else tries is told who and since when."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.ground.trail.models import Event
from crm.contacts.models import Contact
from crm.locks.models import EditLock
from tests.crm.contacts.test_contacts import API, PLACE, added, post_json
from tests.crm.vault.kit import OTHER_PASSWORD
from tests.crm.vault.people import begun, colleague, let_in, unlock

SAID = {"version": 1, "kind": "person", "first_name": "Ana", "name": "Ruiz"}


@pytest.fixture
def alice(world, browse):
    browser = browse("alice")
    begun(browser)
    unlock(browser)
    return browser


@pytest.fixture
def abel(world, browse, alice):
    colleague(world)
    browser = browse("abel")
    let_in(alice, browser, world)
    unlock(browser, OTHER_PASSWORD)
    return browser


def about(browser, contact):
    return browser.get(f"{API}{contact.pk}/").json()["record"].get("about")


def test_one_edits_at_a_time(alice, abel):
    """CON-7: B sees who has it, a write of B answers 423 and moves nothing; after A saves, B can edit."""
    contact = added(alice, about="first")
    place = f"{PLACE}{contact.pk}/edit/"
    assert alice.get(place).status_code == 200
    page = abel.get(place)
    assert page.status_code == 423 and "locked for editing by alice" in page.content.decode()
    late = abel.post(place, {**SAID, "about": "mine, typed for long"})
    assert late.status_code == 423 and "mine, typed for long" in late.content.decode()
    answer = post_json(abel, f"{API}{contact.pk}/", {**SAID, "record": {"about": "z"}}, "put")
    assert answer.status_code == 423 and "locked for editing by alice" in answer.json()["title"]
    assert post_json(abel, f"{API}{contact.pk}/lock/", {}).status_code == 423
    assert about(alice, contact) == "first" and Contact.unscoped.get().version == 1
    assert alice.post(place, {**SAID, "about": "saved"}).status_code == 302
    assert not EditLock.unscoped.exists()
    assert abel.get(place).status_code == 200
    assert abel.post(place, {**SAID, "version": 2, "about": "his"}).status_code == 302


def test_it_ends_by_itself_is_kept_by_typing_and_given_free(alice, abel):
    contact = added(alice)
    place, lock = f"{PLACE}{contact.pk}/edit/", f"{PLACE}{contact.pk}/lock/"
    alice.get(place)
    EditLock.unscoped.update(until=timezone.now() + timedelta(seconds=30))
    assert alice.post(lock, {"do": "keep"}).status_code == 204
    assert EditLock.unscoped.get().until > timezone.now() + timedelta(minutes=14)
    assert abel.post(lock, {"do": "keep"}).status_code == 423
    EditLock.unscoped.update(until=timezone.now() - timedelta(seconds=1))
    assert abel.get(place).status_code == 200
    assert EditLock.unscoped.get().user.username == "abel"
    # Alice gives nothing of his free.
    alice.post(lock, {"do": "release"})
    assert EditLock.unscoped.exists()
    assert abel.post(lock, {"do": "release"}).url == f"{PLACE}{contact.pk}/"
    assert not EditLock.unscoped.exists()


def test_taking_over_loses_no_text(world, alice, abel):
    contact = added(alice)
    place = f"{PLACE}{contact.pk}/edit/"
    alice.get(place)
    assert abel.post(f"{PLACE}{contact.pk}/lock/", {"do": "take_over"}).status_code == 302
    beat = alice.post(f"{PLACE}{contact.pk}/lock/", {"do": "keep"}, headers={"HX-Request": "true"})
    assert "locked for editing by abel" in beat.content.decode() and beat["HX-Retarget"] == "#status"
    kept = alice.post(place, {**SAID, "about": "typed before"})
    assert kept.status_code == 423 and "typed before" in kept.content.decode()
    assert about(abel, contact) is None
    assert alice.post(place, {**SAID, "about": "typed before", "take_over": "1"}).status_code == 302
    assert about(abel, contact) == "typed before"
    # Each taking over stands in the trail, with from whom.
    told = Event.unscoped.filter(title="The editing of a contact was taken over").order_by("pk")
    by = {user.pk: name for name, user in world.users.items()}
    assert [(by[one.user_id], one.data["from"]) for one in told] == [("abel", "alice"), ("alice", "abel")]


def test_signing_out_gives_free_and_strangers_lock_nothing(world, browse, alice, abel):
    contact = added(alice)
    alice.get(f"{PLACE}{contact.pk}/edit/")
    alice.logout()
    assert not EditLock.unscoped.exists()
    bob = browse("bob")
    begun(bob)
    unlock(bob)
    for do in ("keep", "take_over", "release"):
        assert bob.post(f"{PLACE}{contact.pk}/lock/", {"do": do}).status_code == 404
    assert post_json(bob, f"{API}{contact.pk}/lock/", {}).status_code == 404
    assert bob.delete(f"{API}{contact.pk}/lock/").status_code == 404
    assert not EditLock.unscoped.exists()


def test_what_somebody_is_changing_nobody_else_moves_ties_or_throws_away(world, alice, abel):
    """Not by any way: each answers who has it, and nothing moves."""
    from crm.changes.models import Change

    held, other = added(alice), added(alice, "Ben", "Cole")
    third = added(alice, "Anna", "Ruiz")
    assert (
        abel.post("/contacts/several/", {"do": "owner", "chosen": held.pk, "owner": "", "sure": "1"}).status_code == 302
    )
    assert post_json(abel, f"{API}{held.pk}/ties/", {"kind": "spouse", "other": str(third.pk)}).status_code == 200
    was = Contact.unscoped.filter(pk=held.pk).values().get()
    change = Change.unscoped.get()
    alice.get(f"{PLACE}{held.pk}/edit/")
    tie = {"kind": "sibling", "other": str(held.pk)}
    for place, said in (
        (f"{held.pk}/state/", {"state": "inactive"}),
        (f"{held.pk}/link/", {"client": world.parties["ana"].pk}),
        (f"{held.pk}/trash/", {}),
        (f"{other.pk}/ties/", tie),
        (f"{third.pk}/ties/", {"kind": "spouse", "other": str(held.pk), "do": "untie"}),
        (f"duplicates/{held.pk}/{other.pk}/apart/", {}),
        (f"duplicates/{other.pk}/{third.pk}/", {}),
    ):
        answer = abel.post(PLACE + place, said)
        assert answer.status_code == 423 and "locked for editing by alice" in answer.content.decode(), place
    for place, said, method in (
        (f"{held.pk}/state/", {"state": "inactive"}, "post"),
        (f"{held.pk}/link/", {"client": world.parties["ana"].pk}, "post"),
        (f"{held.pk}/", {}, "delete"),
        (f"{other.pk}/ties/", tie, "post"),
        (f"{third.pk}/ties/", {"kind": "spouse", "other": str(held.pk)}, "delete"),
        (f"duplicates/{held.pk}/{other.pk}/", {}, "delete"),
        (f"duplicates/{other.pk}/{third.pk}/", {}, "post"),
    ):
        answer = post_json(abel, API + place, said, method)
        assert answer.status_code == 423 and "locked for editing by alice" in answer.json()["title"], place
    # What cannot be undone now stays to be undone later.
    assert abel.post(f"/api/v1/contacts/changes/{change.pk}/undo/").status_code == 423
    change.refresh_from_db()
    assert change.undone_at is None
    assert Contact.unscoped.filter(pk=held.pk).values().get() == was
    assert not Contact.unscoped.filter(trashed_at__isnull=False).exists()


def test_a_merge_is_not_undone_under_somebodys_hands(alice, abel):
    kept, gone = added(alice), added(alice)
    made = post_json(abel, f"{API}duplicates/{kept.pk}/{gone.pk}/", {}).json()
    alice.get(f"{PLACE}{kept.pk}/edit/")
    place = f"contacts/changes/{made['id']}/undo/"
    assert abel.post(f"/api/v1/{place}").status_code == 423
    abel.post(f"/{place}")
    assert "locked for editing by alice" in abel.get(PLACE).content.decode()
    gone.refresh_from_db()
    assert gone.trashed_at is not None
