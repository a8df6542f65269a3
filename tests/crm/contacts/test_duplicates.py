"""Who is in the book twice is found, made one of, and made two again with nothing lost."""

from datetime import UTC, datetime

import pytest

from crm.changes.models import Change
from crm.contacts.models import Contact
from crm.documents.models import Document
from crm.duplicates.rules import Face, pairs
from crm.groups.models import GroupMember
from crm.tasks.models import Task
from tests.crm.contacts.test_contacts import API as BOOK
from tests.crm.contacts.test_contacts import PLACE as LIST
from tests.crm.contacts.test_contacts import added, post_json
from tests.crm.contacts.test_relations import ties
from tests.crm.documents import test_documents as documents
from tests.crm.tasks import test_tasks as tasks
from tests.crm.test_groups import make, put
from tests.crm.vault.people import begun, unlock

PLACE = "/contacts/duplicates/"
API = "/api/v1/contacts/duplicates/"


@pytest.fixture
def alice(world, browse):
    browser = browse("alice")
    begun(browser)
    unlock(browser)
    return browser


def face(key, name="", email="", phone=""):
    return Face(key, name, email, phone)


@pytest.mark.parametrize(
    ("one", "other", "why"),
    [
        (face(1, "muller, jurgen"), face(2, "jurgen muller"), "the same name"),
        (face(1, "quillfeather, oriel"), face(2, "quilfeather, oriel"), "nearly the same name"),
        (face(1, "quillfeather, oriel"), face(2, "quillfaether, oriel"), "nearly the same name"),
        (face(1, "ruiz, ana", "A@x.com"), face(2, "smith, bob", "a@x.com"), "the same e-mail address"),
        (face(1, "a", phone="+34 600 123 456"), face(2, "b", phone="600123456"), "the same phone number"),
        (face(1, "ruiz, ana"), face(2, "cole, ben"), None),
        (face(1, "li, bo"), face(2, "li, mo"), None),
        (face(1, phone="12"), face(2, phone="12"), None),
    ],
)
def test_who_looks_like_whom(one, other, why):
    assert pairs([one, other]) == ({(1, 2): why} if why else {})


def test_a_switchboard_is_no_duplicate():
    assert pairs([face(number, f"person {number * 7919}", phone="+1 212 555 0100") for number in range(9)]) == {}


def record(browser, contact):
    return browser.get(f"{BOOK}{contact.pk}/").json()["record"]


def test_one_of_two_and_two_again(alice):
    first = added(alice, "Jürgen", "Müller", email="jm@x.com", about="Sails", employer="Firma", home_address="A 1")
    second = added(alice, "Jurgen", "Muller", phone="+49 30 123456", about="Rides", employer="Werk", citizenship="DEU")
    spouse = added(alice, "Anna", "Müller")
    assert alice.post(f"{LIST}{second.pk}/ties/", {"other": spouse.pk, "kind": "spouse"}).status_code == 302
    group = make(alice)
    put(alice, group, second)
    shown = alice.get(PLACE).content.decode()
    assert "the same name" in shown and f"{first.pk}" in shown and f"{second.pk}" in shown
    place = f"{PLACE}{first.pk}/{second.pk}/"
    page = alice.get(place).content.decode()
    assert "Firma" in page and "Werk" in page and page.count('name="taken"') == 2
    assert alice.post(place, {"taken": ["employer"]}).status_code == 302

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.email, first.phone, second.trashed_at is not None) == ("jm@x.com", "+49 30 123456", True)
    whole = record(alice, first)
    assert (whole["employer"], whole["citizenship"], whole["home_address"]) == ("Werk", "DEU", "A 1")
    assert whole["about"].splitlines() == ["Sails", "Rides", "Employer: Firma"]
    assert ties(alice, first) == [("spouse", str(spouse.pk))] and ties(alice, spouse) == [("spouse", str(first.pk))]
    assert set(GroupMember.unscoped.values_list("contact_id", flat=True)) == {first.pk, second.pk}

    change = Change.unscoped.get()
    assert alice.post(f"/contacts/changes/{change.pk}/undo/").status_code == 302
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.email, first.phone, second.trashed_at) == ("jm@x.com", "", None)
    assert record(alice, first) == {"about": "Sails", "employer": "Firma", "home_address": "A 1"}
    assert ties(alice, first) == [] and ties(alice, spouse) == ties(alice, spouse) == [("spouse", str(second.pk))]
    assert list(GroupMember.unscoped.values_list("contact_id", flat=True)) == [second.pk]


def test_tasks_and_documents_follow_and_come_back(alice, settings, tmp_path):
    settings.VAULT_FILES_URL = (tmp_path / "vault").as_uri()
    first, second = added(alice), added(alice)
    task = tasks.added(alice, contact=second.pk)
    thrown = tasks.added(alice, contact=second.pk)
    alice.post(f"/tasks/{thrown.pk}/trash/")
    paper = documents.kept(alice, contact=second.pk)
    assert {task.contact_id, thrown.contact_id, paper.contact_id} == {second.pk}

    assert alice.post(f"{PLACE}{first.pk}/{second.pk}/", {}).status_code == 302
    assert set(Task.unscoped.values_list("contact_id", flat=True)) == {first.pk}
    assert set(Document.unscoped.values_list("contact_id", flat=True)) == {first.pk}

    assert alice.post(f"/contacts/changes/{Change.unscoped.get().pk}/undo/").status_code == 302
    assert set(Task.unscoped.values_list("contact_id", flat=True)) == {second.pk}
    assert set(Document.unscoped.values_list("contact_id", flat=True)) == {second.pk}


@pytest.mark.parametrize(
    ("mine", "theirs", "after"), [(None, 2, 2), (2, None, 2), (3, 2, 2), (2, 3, 2), (None, None, None)]
)
def test_who_wants_no_mail_to_several_wants_none_as_one(alice, mine, theirs, after):
    def moment(day):
        return datetime(2026, 11, day, tzinfo=UTC) if day else None

    first, second = added(alice, email="a@x.com"), added(alice, "Bo", "Lee", email="b@x.com")
    Contact.unscoped.filter(pk=first.pk).update(mails_off_at=moment(mine))
    Contact.unscoped.filter(pk=second.pk).update(mails_off_at=moment(theirs))
    assert alice.post(f"{PLACE}{first.pk}/{second.pk}/", {"taken": ["email"]}).status_code == 302
    first.refresh_from_db()
    assert (first.email, first.mails_off_at) == ("b@x.com", moment(after))

    assert alice.post(f"/contacts/changes/{Change.unscoped.get().pk}/undo/").status_code == 302
    off = dict(Contact.unscoped.values_list("pk", "mails_off_at"))
    assert (off[first.pk], off[second.pk]) == (moment(mine), moment(theirs))


def test_who_wants_none_since_they_were_made_one_is_left_so(alice):
    first, second = added(alice, email="a@x.com"), added(alice, "Bo", "Lee", email="b@x.com")
    assert alice.post(f"{PLACE}{first.pk}/{second.pk}/", {}).status_code == 302
    since = datetime(2026, 11, 5, tzinfo=UTC)
    Contact.unscoped.filter(pk=first.pk).update(mails_off_at=since)
    assert alice.post(f"/contacts/changes/{Change.unscoped.get().pk}/undo/").status_code == 302
    assert Contact.unscoped.get(pk=first.pk).mails_off_at == since


def test_what_was_changed_since_is_not_undone(alice):
    first, second = added(alice), added(alice, "Anna", "Ruiz")
    made = post_json(alice, f"{API}{first.pk}/{second.pk}/", {})
    assert made.status_code == 201 and made.json()["do"] == "merge"
    said = {"version": 2, "kind": "person", "first_name": "Ana", "name": "Ruiz", "about": "new"}
    assert alice.post(f"{LIST}{first.pk}/edit/", said).status_code == 302
    assert alice.post(f"/api/v1/contacts/changes/{made.json()['id']}/undo/").status_code == 409
    assert record(alice, first) == {"about": "new"} and Change.unscoped.get().undone_at is None


def test_what_was_said_of_the_kept_one_since_is_not_reverted(world, alice):
    """Moving, linking and bulk changes raise no version; undoing must see them too."""
    client = world.parties["ana"]
    for number, change_it in enumerate(
        (
            lambda kept: alice.post(f"{LIST}{kept.pk}/link/", {"client": client.pk}),
            lambda kept: alice.post(f"{LIST}{kept.pk}/state/", {"state": "inactive"}),
            lambda kept: alice.post(
                "/contacts/several/", {"do": "state", "chosen": kept.pk, "state": "other", "sure": "1"}
            ),
        )
    ):
        first, second = added(alice, f"Ana{number}"), added(alice, f"Anna{number}")
        made = post_json(alice, f"{API}{first.pk}/{second.pk}/", {}).json()
        assert change_it(first).status_code == 302
        first.refresh_from_db()
        assert (first.party_id, first.state) != (None, "prospect")
        was = (first.party_id, first.state, first.name)
        answer = alice.post(f"/api/v1/contacts/changes/{made['id']}/undo/")
        assert answer.status_code == 409 and "changed since" in answer.json()["title"]
        first.refresh_from_db()
        second.refresh_from_db()
        assert (first.party_id, first.state, first.name) == was and second.trashed_at is not None
        assert Change.unscoped.get(pk=made["id"]).undone_at is None


def test_undoing_never_makes_two_contacts_of_one_client(world, alice):
    alice.post(LIST + "bring-in/")
    client = Contact.unscoped.get(party=world.parties["ana"])
    for ends in ("link/", "trash/"):
        kept = added(alice, "Anna", "Ruis")
        Contact.unscoped.filter(pk=client.pk).update(trashed_at=None)
        made = post_json(alice, f"{API}{kept.pk}/{client.pk}/", {}).json()
        alice.post(f"{LIST}{kept.pk}/{ends}", {"do": "unlink"})
        assert post_json(alice, "/api/v1/contacts/bring-in/", {}).json() == {"count": 1}
        answer = alice.post(f"/api/v1/contacts/changes/{made['id']}/undo/")
        assert answer.status_code == 409, ends
        assert Contact.unscoped.filter(party=world.parties["ana"], trashed_at=None).count() == 1
        client = Contact.unscoped.get(party=world.parties["ana"], trashed_at=None)


def test_a_full_group_is_left_out(alice, monkeypatch):
    first, second = added(alice), added(alice)
    group = make(alice)
    put(alice, group, second)
    monkeypatch.setattr("crm.groups.actions.MOST_MEMBERS", 1)
    assert alice.post(f"{PLACE}{first.pk}/{second.pk}/", {}).status_code == 302
    assert set(GroupMember.unscoped.values_list("contact_id", flat=True)) == {second.pk}


def test_pairs_called_two_hide_no_others(alice, monkeypatch):
    monkeypatch.setattr("crm.duplicates.queries.MOST_SHOWN", 1)
    named = [(added(alice, first, last), added(alice, first, last)) for first, last in (("A", "Oak"), ("B", "Elm"))]
    named += [(added(alice, "C", "Ash"), added(alice, "C", "Ash"))]
    left = set()
    for _each in range(2):
        pair = alice.get(API).json()[0]
        alice.delete(f"{API}{pair['one']}/{pair['other']}/")
        left.add(pair["one_title"])
    assert len(left) == 2
    assert {one["one_title"] for one in alice.get(API).json()} == {"Oak, A", "Elm, B", "Ash, C"} - left
    assert named


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("quillfeather oriel", "quillfeather oriell"),
        ("quillfeather oriel", "uillfeather oriel"),
        ("abcdefgh", "abcedfgh"),
        ("abcdefghi", "abcdfeghi"),
        ("abcdefghi", "abcdxfghi"),
        ("abcdefgh", "abcdxefgh"),
    ],
)
def test_a_slip_is_found_wherever_it_stands(one, other):
    from crm.duplicates.rules import _slips

    assert [1, 2] in [sorted(group) for group in _slips({1: one, 2: other})]


def test_a_long_book_is_compared_in_little_memory():
    import random
    import tracemalloc

    letters = random.Random(5)
    names = ["".join(letters.choices("abcdefghijklmnopqrstuvwxyz", k=20)) for _number in range(4000)]
    faces = [face(number, name) for number, name in enumerate([*names, names[7][:-1]])]
    tracemalloc.start()
    try:
        found = pairs(faces)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert found == {(7, 4000): "nearly the same name"}
    assert peak < 12 * 1024 * 1024, peak


def test_a_client_and_a_prospect_become_the_client_and_two_clients_stay_two(world, alice):
    alice.post(LIST + "bring-in/")
    clients = list(Contact.unscoped.filter(party__isnull=False).order_by("pk"))
    prospect = added(alice, "Anna", "Ruis", email="anna@x.com", about="kept")
    refused = alice.post(f"{PLACE}{clients[0].pk}/{clients[1].pk}/", {})
    assert refused.status_code == 422 and "two people" in refused.content.decode()
    assert post_json(alice, f"{API}{clients[0].pk}/{clients[1].pk}/", {}).status_code == 409
    assert not Change.unscoped.exists()
    assert alice.post(f"{PLACE}{prospect.pk}/{clients[0].pk}/", {}).status_code == 302
    prospect.refresh_from_db()
    assert (prospect.party_id, prospect.state, prospect.name) == (clients[0].party_id, "open", "")
    alice.post(f"/contacts/changes/{Change.unscoped.get().pk}/undo/")
    prospect.refresh_from_db()
    clients[0].refresh_from_db()
    assert (prospect.party_id, prospect.state, prospect.title) == (None, "prospect", "Ruis, Anna")
    assert clients[0].trashed_at is None and record(alice, prospect) == {"about": "kept"}


def test_called_two_they_are_not_asked_about_again_and_strangers_merge_nothing(world, browse, alice):
    first, second = added(alice), added(alice)
    assert len(alice.get(API).json()) == 1
    bob = browse("bob")
    begun(bob)
    unlock(bob)
    place = f"{first.pk}/{second.pk}/"
    for answer in (
        bob.get(PLACE + place),
        bob.post(PLACE + place),
        bob.post(f"{PLACE}{place}apart/"),
        post_json(bob, API + place, {}),
        bob.delete(API + place),
    ):
        assert answer.status_code == 404
    assert bob.get(API).json() == []
    assert alice.get(f"{PLACE}{first.pk}/{first.pk}/").status_code == 404
    assert set(Contact.unscoped.values_list("version", "trashed_at")) == {(1, None)}
    assert alice.post(f"{PLACE}{place}apart/").status_code == 302
    assert alice.get(API).json() == [] and ties(alice, first) == []
    two = alice.post("/contacts/several/", {"do": "merge", "chosen": [first.pk, second.pk]})
    assert two.url.startswith(PLACE)
    assert alice.post("/contacts/several/", {"do": "merge", "chosen": [first.pk]}).url.startswith(LIST)


def test_nobody_merges_what_somebody_is_changing(world, browse, alice):
    from datetime import timedelta

    from django.utils import timezone

    from crm.locks.models import EditLock
    from tests.crm.vault.people import colleague

    first, second = added(alice), added(alice)
    alice.get(f"{LIST}{second.pk}/edit/")
    EditLock.unscoped.update(user=colleague(world), until=timezone.now() + timedelta(minutes=5))
    assert alice.post(f"{PLACE}{first.pk}/{second.pk}/").status_code == 423
    assert post_json(alice, f"{API}{first.pk}/{second.pk}/", {}).status_code == 423
    assert not Contact.unscoped.filter(trashed_at__isnull=False).exists()
