"""Several contacts at once: counted, confirmed, done, and undone where nobody has changed them since."""

import csv
import io

import pytest

from crm.changes.models import Change
from crm.contacts.models import Contact
from crm.groups.models import GroupMember
from tests.crm.contacts.test_contacts import PLACE, added, post_json
from tests.crm.test_groups import make, put
from tests.crm.vault.kit import OTHER_PASSWORD
from tests.crm.vault.people import begun, colleague, let_in, unlock

SEVERAL = "/contacts/several/"
CHANGES = "/contacts/changes/"
API = "/api/v1/contacts/several/"


@pytest.fixture
def alice(world, browse):
    browser = browse("alice")
    begun(browser)
    unlock(browser)
    return browser


def do(browser, deed, *contacts, query="", **more):
    return browser.post(SEVERAL + query, {"do": deed, "chosen": [one.pk for one in contacts], **more})


def test_it_is_counted_and_confirmed_before_anything_moves(world, alice):
    ana, ben = added(alice), added(alice, "Ben", "Cole")
    page = do(alice, "trash", ana, ben)
    words = page.content.decode()
    assert page.status_code == 200 and "2 contacts" in words and "Cole, Ben" in words
    assert not Contact.unscoped.filter(trashed_at__isnull=False).exists() and not Change.unscoped.exists()
    assert do(alice, "trash", ana, ben, sure="1").status_code == 302
    assert Contact.unscoped.filter(trashed_at=None).count() == 0
    change = Change.unscoped.get()
    assert (change.deed, change.count) == ("trash", 2)
    assert "Thrown away" in alice.get(CHANGES).content.decode()
    alice.post(f"{CHANGES}{change.pk}/undo/")
    assert Contact.unscoped.filter(trashed_at=None).count() == 2
    # Undone once; a second time nothing moves.
    assert alice.post(f"{CHANGES}{change.pk}/undo/").status_code == 403


def test_all_that_match_are_put_into_a_group_and_out_again(alice):
    ana, ben, _zed = added(alice), added(alice, "Ben", "Ruiz"), added(alice, "Zed", "Quill")
    group = make(alice)
    said = {"all": "1", "group": group.pk, "sure": "1"}
    assert do(alice, "add", query="?q=ruiz", **said).url == "/contacts/?q=ruiz"
    assert set(GroupMember.unscoped.values_list("contact_id", flat=True)) == {ana.pk, ben.pk}
    change = Change.unscoped.get()
    alice.post(f"{CHANGES}{change.pk}/undo/")
    assert not GroupMember.unscoped.exists()


def test_owner_and_state_change_where_allowed_and_come_back(world, alice):
    alice.post(PLACE + "bring-in/")
    ana, zed = added(alice), added(alice, "Zed", "Quill")
    client = Contact.unscoped.get(party=world.parties["ana"])
    assert do(alice, "state", ana, client, state="inactive", sure="1").status_code == 302
    ana.refresh_from_db()
    client.refresh_from_db()
    assert (ana.state, client.state) == ("inactive", "open")
    assert Change.unscoped.get().count == 1
    assert do(alice, "state", ana, state="open", sure="1").status_code == 422
    assert do(alice, "owner", ana, zed, owner="", sure="1").status_code == 302
    change = Change.unscoped.get(deed="owner")
    assert Contact.unscoped.filter(owner=None).count() == 2
    # Bob is no user of the practice, and what is no number is nobody.
    for owner in (world.users["bob"].pk, "x"):
        assert do(alice, "owner", ana, owner=owner, sure="1").status_code == 422
    zed.refresh_from_db()
    Contact.unscoped.filter(pk=zed.pk).update(owner=world.users["alice"])
    answer = alice.post(f"/api/v1/contacts/changes/{change.pk}/undo/")
    assert answer.json() == {"count": 1}
    ana.refresh_from_db()
    assert ana.owner == world.users["alice"]


def test_the_chosen_ones_leave_as_a_file(alice):
    ana, _ben = added(alice, "=HYPERLINK(1)", "Ruiz"), added(alice, "Ben", "Cole")
    answer = alice.post(SEVERAL + "export/", {"chosen": [ana.pk]})
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert len(rows) == 2 and rows[1][3] == "'=HYPERLINK(1)"  # CON-12


def test_the_api_does_the_same_and_undoes(alice):
    ana = added(alice)
    group = make(alice)
    said = {"do": "add", "group": str(group.pk), "query": "q=ruiz"}
    made = post_json(alice, API, said)
    assert made.status_code == 201 and made.json()["count"] == 1
    assert alice.get("/api/v1/contacts/changes/").json()[0]["id"] == made.json()["id"]
    assert alice.post(f"/api/v1/contacts/changes/{made.json()['id']}/undo/").json() == {"count": 1}
    assert not GroupMember.unscoped.exists()
    keys = [str(ana.pk)]
    assert post_json(alice, API, {"do": "merge", "contacts": keys}).status_code == 400
    assert post_json(alice, API, {"do": "state", "state": "open", "contacts": keys}).status_code == 409
    assert post_json(alice, API, {"do": "add", "contacts": keys}).status_code == 400


def test_a_slip_in_a_query_reaches_nobody(alice):
    added(alice)
    for query in ("", "sate=prospect", "state=prospekt", "q=colour:red", "trash=1", "sort=name"):
        answer = post_json(alice, API, {"do": "trash", "query": query})
        assert answer.status_code == 400, query
    assert not Contact.unscoped.filter(trashed_at__isnull=False).exists() and not Change.unscoped.exists()


def test_a_long_list_is_taken_out_of_a_group_whole(alice, monkeypatch):
    monkeypatch.setattr("crm.changes.actions.MOST", 1)
    others = [added(alice, f"P{number}", "Quill") for number in range(3)]
    inside = [added(alice), added(alice, "Ben", "Cole")]
    group = make(alice)
    put(alice, group, *inside)
    do(alice, "remove", *others, *inside, group=group.pk, sure="1")
    assert not GroupMember.unscoped.exists() and Change.unscoped.get().count == 2


def test_an_export_is_whole_or_refused_with_the_count(alice, monkeypatch):
    for number in range(4):
        added(alice, f"P{number}", "Quill")

    def exports():
        return alice.get(PLACE + "export/"), alice.post(SEVERAL + "export/?q=quill", {"all": "1"})

    for answer in exports():
        assert len(list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))) == 5
    monkeypatch.setattr("crm.contacts.export_views.MOST", 3)
    for answer in exports():
        assert answer.status_code == 302 and answer.url.startswith(PLACE)
    assert alice.get(PLACE).content.decode().count("These are 4 contacts, and a file holds 3.") == 2


def test_who_has_left_gets_nothing_back(world, browse, alice):
    from django.utils import timezone

    from accounts.ground.access.context import acting
    from accounts.ground.leaving.actions import leave

    colleague(world)
    ana, ben = added(alice), added(alice, "Ben", "Cole")
    Contact.unscoped.filter(pk=ana.pk).update(owner=world.users["abel"])
    Contact.unscoped.filter(pk=ben.pk).update(owner=None)
    do(alice, "owner", ana, ben, owner=world.users["alice"].pk, sure="1")
    with acting(world.users["alice"].pk) as who:
        leave(who=who, seat=world.seats["abel"], heir=world.seats["alice"], at=timezone.now())
    change = Change.unscoped.get()
    assert alice.post(f"/api/v1/contacts/changes/{change.pk}/undo/").json() == {"count": 1}
    ana.refresh_from_db()
    ben.refresh_from_db()
    assert (ana.owner, ben.owner) == (world.users["alice"], None)


def test_what_cannot_be_undone_now_can_be_undone_later(alice):
    ana, group = added(alice), make(alice)
    do(alice, "add", ana, group=group.pk, sure="1")
    change = Change.unscoped.get()
    alice.post(f"/groups/{group.pk}/trash/")
    assert alice.post(f"/contacts/changes/{change.pk}/undo/").status_code == 302
    change.refresh_from_db()
    assert change.undone_at is None and GroupMember.unscoped.exists()
    alice.post(f"/groups/{group.pk}/back/")
    alice.post(f"/contacts/changes/{change.pk}/undo/")
    change.refresh_from_db()
    assert change.undone_at is not None and not GroupMember.unscoped.exists()


def test_what_somebody_is_editing_and_what_went_again_stay_as_they_are(world, alice):
    from datetime import timedelta

    from django.utils import timezone

    from crm.locks.models import EditLock

    ana, ben = added(alice), added(alice, "Ben", "Cole")
    alice.get(f"{PLACE}{ana.pk}/edit/")
    EditLock.unscoped.update(user=colleague(world), until=timezone.now() + timedelta(minutes=5))
    do(alice, "trash", ana, ben, sure="1")
    assert set(Contact.unscoped.filter(trashed_at=None).values_list("pk", flat=True)) == {ana.pk}
    change = Change.unscoped.get()
    alice.post(f"{PLACE}{ben.pk}/back/")
    alice.post(f"{PLACE}{ben.pk}/trash/")
    alice.post(f"{CHANGES}{change.pk}/undo/")
    ben.refresh_from_db()
    assert ben.trashed_at is not None


def test_who_leaves_hands_over_the_contacts_they_keep(world, browse, alice):
    from django.utils import timezone

    from accounts.ground.access.context import acting
    from accounts.ground.leaving.actions import leave, owned
    from accounts.ground.people.models import Seat

    colleague(world)
    ana, ben = added(alice), added(alice, "Ben", "Cole")
    Contact.unscoped.filter(pk=ana.pk).update(owner=world.users["abel"])
    seat = Seat.unscoped.get(user=world.users["abel"])
    assert ["1 contact"] in [one.things for one in owned(seat)]
    with acting(world.users["alice"].pk) as who:
        leave(who=who, seat=seat, heir=world.seats["alice"], at=timezone.now())
    assert {one.owner.username for one in Contact.unscoped.filter(pk__in=[ana.pk, ben.pk])} == {"alice"}


def test_strangers_change_nothing_and_a_colleague_undoes_only_his_own(world, browse, alice):
    ana = added(alice)
    colleague(world)
    abel = browse("abel")
    let_in(alice, abel, world)
    unlock(abel, OTHER_PASSWORD)
    do(alice, "trash", ana, sure="1")
    change = Change.unscoped.get()
    assert abel.post(f"{CHANGES}{change.pk}/undo/").status_code == 403
    group = make(alice)
    assert post_json(abel, API, {"do": "add", "group": str(group.pk), "query": "q=ruiz"}).status_code == 403
    bob = browse("bob")
    begun(bob)
    unlock(bob)
    assert bob.post(f"{CHANGES}{change.pk}/undo/").status_code == 404
    assert bob.post(f"/api/v1/contacts/changes/{change.pk}/undo/").status_code == 404
    assert do(bob, "owner", ana, owner="", sure="1").status_code == 302
    ana.refresh_from_db()
    assert ana.trashed_at is not None and ana.owner == world.users["alice"]
    assert Change.unscoped.get().undone_at is None and not GroupMember.unscoped.exists()


def test_all_that_match_on_the_page_are_those_that_were_counted(world, alice):
    """A slip in an address reaches nobody, and whoever came since the question is not taken along."""
    ana = added(alice)
    for query in ("?sate=prospect", "?q=colour:red", "?state=prospekt"):
        alice.post(f"/contacts/several/{query}", {"all": "1", "do": "trash", "sure": "1"})
    page = alice.post("/contacts/several/?state=prospect", {"all": "1", "do": "trash"}).content.decode()
    assert 'name="count" value="1"' in page
    added(alice, "Ben", "Cole")
    said = {"all": "1", "do": "trash", "sure": "1", "count": "1"}
    answer = alice.post("/contacts/several/?state=prospect", said)
    assert answer.status_code == 422 and "Others match now" in answer.content.decode()
    ana.refresh_from_db()
    assert ana.trashed_at is None
    assert alice.post("/contacts/several/?state=prospect", {**said, "count": "2"}).status_code == 302
    assert not Contact.unscoped.filter(trashed_at=None).exists()


def test_a_search_that_finds_very_many_leaves_nobody_out(alice, monkeypatch):
    monkeypatch.setattr("crm.contacts.search.MOST_CARRIED", 2)
    for name in ("Ana", "Ben", "Cy", "Dee"):
        added(alice, name, "Ruiz")
    Contact.unscoped.filter(first_name="Dee").update(state="other")
    found = alice.get("/api/v1/contacts/?q=ruiz").json()
    assert (len(found["results"]), found["counts"]["total"]) == (4, 4)
    assert [one["title"] for one in alice.get("/api/v1/contacts/?q=ruiz&state=other").json()["results"]] == [
        "Ruiz, Dee"
    ]
    assert len(alice.get("/api/v1/contacts/?q=ruiz&inside=1").json()["results"]) == 4
