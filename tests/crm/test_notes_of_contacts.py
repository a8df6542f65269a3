"""Notes about anybody in the client book, with or without an account."""

from uuid import uuid4

import pytest
from django.db import IntegrityError, ProgrammingError, transaction

from accounts.ground.access.context import acting
from accounts.ground.people.models import Party
from crm.changes.models import Change
from crm.contacts.models import Contact
from crm.notes.models import Note
from tests.crm.contacts.test_contacts import added
from tests.crm.test_in_part import narrow
from tests.crm.vault.kit import OTHER_PASSWORD, PASSWORD
from tests.crm.vault.people import begun, colleague, let_in, unlock

BOOK, API = "/contacts/", "/api/v1/contacts/"


@pytest.fixture
def alice(world, browse):
    browser = browse("alice")
    begun(browser)
    unlock(browser)
    return browser


def write(browser, contact, title="Call", body="Wants fewer bonds", **more):
    return browser.post(f"{BOOK}{contact.pk}/notes/", {"title": title, "body": body, **more})


def text(answer):
    return answer.content.decode()


def test_a_prospect_has_notes_on_list_agenda_and_dashboard(alice):
    ana = added(alice)
    assert f'href="{BOOK}{ana.pk}/notes/"' in text(alice.get(f"{BOOK}{ana.pk}/agenda/"))
    answer = write(alice, ana, "Fährmann", "Retires in March <b>")
    assert answer.status_code == 302 and answer.url == f"{BOOK}{ana.pk}/notes/"
    note = Note.unscoped.get()
    assert (note.contact_id, note.account_id) == (ana.pk, None)
    for place in (answer.url, f"{answer.url}?q=fahrmann", f"{BOOK}{ana.pk}/agenda/"):
        assert "Retires in March &lt;b&gt;" in text(alice.get(place))
    assert f"{answer.url}{note.pk}/" in text(alice.get("/?book=1"))
    # Of somebody else in the book nothing is said.
    assert "Retires" not in text(alice.get(f"{BOOK}{added(alice, 'Ben', 'Cole').pk}/agenda/"))
    assert "book-extra nowrap full" in text(alice.get(f"{BOOK}?q=Ruiz"))
    place = f"{answer.url}{note.pk}/"
    assert alice.post(place, {"title": "New", "body": "quixotic", "version": 1}).status_code == 302
    assert alice.post(place, {"title": "New", "body": "late", "version": 1}).status_code == 409
    assert alice.post(place + "trash/").status_code == 302 and "quixotic" not in text(alice.get(answer.url))
    assert alice.post(place + "back/").status_code == 302 and "quixotic" in text(alice.get(answer.url))


def test_a_note_begun_on_the_dashboard_names_its_contact_or_its_account(alice):
    ana = added(alice)
    assert 'href="/notes/new/?next=/"' in text(alice.get("/?book=1"))
    said = {"title": "Call", "body": "Wants fewer bonds", "next": "/"}
    wrong = (
        ({}, "Name the contact or the account"),
        ({"contact": str(ana.pk), "account": "U1000001"}, "Name the contact or the account"),
        ({"account": "U2000001"}, "There is no such account of yours."),
        ({"contact": "Nobody"}, "No contact of the book matches."),
        ({"account": "U1000001", "title": "", "body": " "}, "Write something first."),
    )
    for names, words in wrong:
        answer = alice.post("/notes/new/", said | names)
        assert answer.status_code == 422 and words in text(answer), names
    assert not Note.unscoped.exists()

    for names in ({"contact": ana.title}, {"account": "u1000001"}):
        answer = alice.post("/notes/new/", said | names)
        assert answer.status_code == 302 and answer.url == "/"

    kept = Note.unscoped.order_by("created_at")
    assert [(one.contact_id, one.account_id and one.account.number) for one in kept] == [
        (ana.pk, None),
        (None, "U1000001"),
    ]


def test_a_note_is_pinned_and_let_go(alice):
    ana = added(alice)
    write(alice, ana)
    place = f"{BOOK}{ana.pk}/notes/{Note.unscoped.get().pk}/"
    answer = alice.post(place + "pin/", {"pinned": "1", "then": str(ana.pk)})
    assert answer.url == f"{BOOK}{ana.pk}/agenda/" and Note.unscoped.get().pinned_at is not None
    assert alice.post(place + "pin/", {"pinned": "0", "then": "//evil.example"}).url == f"{BOOK}{ana.pk}/notes/"
    assert Note.unscoped.get().pinned_at is None and alice.get(place + "pin/").status_code == 405


def test_the_api_knows_them(alice):
    place = f"{API}{added(alice).pk}/notes/"
    made = alice.post(place, {"title": "T", "body": "B"}, content_type="application/json")
    assert made.status_code == 201 and made.json()["is_pinned"] is False
    one = f"{place}{made.json()['id']}/"
    assert alice.patch(one, {"is_pinned": True}, content_type="application/json").json()["is_pinned"] is True
    assert alice.patch(one, {"pinned": True}, content_type="application/json").status_code == 400
    said = {"title": "T2", "body": "B2", "version": 1}
    assert alice.put(one, said, content_type="application/json").json()["version"] == 2
    assert [found["body"] for found in alice.get(place + "?q=b2").json()["results"]] == ["B2"]
    assert alice.delete(one).status_code == 204 and alice.get(place).json()["results"] == []
    assert alice.get(f"{place}{uuid4()}/").status_code == 404
    assert alice.get(f"{API}{uuid4()}/notes/").status_code == 404


def test_nobody_elses_contact_has_a_note(world, browse, alice):
    ana = added(alice)
    write(alice, ana)
    note = Note.unscoped.get()
    place = f"{BOOK}{ana.pk}/notes/"
    tries = (
        *(("post", place), ("get", place), ("get", f"{place}{note.pk}/")),
        *(("post", f"{place}{note.pk}/{deed}/") for deed in ("pin", "trash", "back")),
        *(("get", f"/api/v1{place}"), ("post", f"/api/v1{place}"), ("delete", f"/api/v1{place}{note.pk}/")),
    )

    def answers(browser):
        said = {"title": "x", "body": "y", "pinned": "1"}
        return {getattr(browser, way)(where, said if way == "post" else None).status_code for way, where in tries}

    for name in ("bob", "mallory"):
        other = browse(name)
        begun(other)
        unlock(other, PASSWORD)
        assert answers(other) == {404}
        # Below a contact of one's own it is missing too.
        own = added(other, "Own", "Contact")
        assert other.get(f"{BOOK}{own.pk}/notes/{note.pk}/").status_code == 404
    for name in ("ana", "vera", "olga"):
        assert answers(browse(name)) <= {403, 404}
    # Who works with some accounts only writes nothing, and reads what is about those accounts.
    colleague(world)
    narrow(world, "abel", "U1000001")
    abel = browse("abel")
    let_in(alice, abel, world)
    unlock(abel, OTHER_PASSWORD)
    assert answers(abel) == {403}
    assert list(Note.unscoped.values_list("pk", "pinned_at", "trashed_at")) == [(note.pk, None, None)]


def test_the_database_holds_a_note_to_one_subject_of_its_own_practice(world, browse, alice, as_role):
    write(alice, added(alice))
    note = Note.unscoped.get()
    bob = browse("bob")
    begun(bob)
    unlock(bob)
    foreign = added(bob, "Bobs", "Own")
    for wrong in ({"account_id": world["U1000001"].pk}, {"contact_id": None}):
        with pytest.raises(IntegrityError, match="note_about_one"), transaction.atomic():
            Note.unscoped.update(**wrong)
    with pytest.raises(IntegrityError, match="note_own_contact"), transaction.atomic():
        Note.unscoped.update(contact_id=foreign.pk)
    with as_role("portal_web"), acting(world.users["bob"].pk):
        assert not Note.unscoped.exists() and Note.unscoped.update(title_sealed=b"") == 0
        row = {name: getattr(note, name) for name in ("firm_id", "practice_id", "contact_id", "author_id")}
        texts = {"title_sealed": b"", "body_sealed": b"", "created_at": note.created_at, "changed_at": note.changed_at}
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            Note(**row, **texts).save(force_insert=True)


def test_who_becomes_a_client_keeps_the_notes(world, alice):
    ana = added(alice)
    write(alice, ana)
    party = Party.unscoped.get(rights__account=world["U1000001"])
    Contact.unscoped.filter(pk=ana.pk).update(party=party, name="", first_name="")
    alice.post("/accounts/U1000001/notes/", {"title": "", "body": "on the account"})
    page = text(alice.get(f"{BOOK}{ana.pk}/agenda/"))
    assert "fewer bonds" in page and "on the account" in page
    # Each stands where it was written.
    assert "fewer bonds" not in text(alice.get("/accounts/U1000001/notes/"))
    assert "on the account" not in text(alice.get(f"{BOOK}{ana.pk}/notes/"))


def test_of_two_made_one_the_notes_follow_and_come_back(alice):
    first, second = added(alice), added(alice)
    write(alice, second)
    write(alice, second, "In the trash")
    alice.post(f"{BOOK}{second.pk}/notes/{Note.unscoped.order_by('created_at').last().pk}/trash/")
    assert alice.post(f"/contacts/duplicates/{first.pk}/{second.pk}/", {}).status_code == 302
    assert set(Note.unscoped.values_list("contact_id", flat=True)) == {first.pk}
    assert alice.post(f"/contacts/changes/{Change.unscoped.get().pk}/undo/").status_code == 302
    assert set(Note.unscoped.values_list("contact_id", flat=True)) == {second.pk}
