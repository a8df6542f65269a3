"""What a contact said before is kept sealed, told field by field, and put back where nobody has written since."""

from datetime import timedelta

import pytest
from django.utils import timezone

from crm.contacts.models import Contact
from crm.contacts.pasts import Past
from crm.locks.models import EditLock
from tests.crm.contacts.test_contacts import added
from tests.crm.contacts.test_import import record_of
from tests.crm.vault.people import begun, unlock

SAID = {"kind": "person", "first_name": "Ana", "name": "Ruiz", "email": "ana@example.org", "marital": "married"}


@pytest.fixture
def alice(world, browse):
    browser = browse("alice")
    begun(browser)
    unlock(browser)
    return browser


@pytest.fixture
def ana(alice):
    return added(alice, email="ana@example.org", marital="married")


def change(browser, contact, **said):
    contact.refresh_from_db()
    answer = browser.post(f"/contacts/{contact.pk}/edit/", {**SAID, **said, "version": contact.version})
    assert answer.status_code == 302, answer.content.decode()
    contact.refresh_from_db()
    return Past.unscoped.filter(contact=contact).latest("at")


def undo(browser, contact, past):
    return browser.post(f"/contacts/{contact.pk}/history/{past.pk}/undo/")


def test_an_edit_is_told_and_undone(alice, ana):
    past = change(alice, ana, phone="+1 212 555 0100", marital="widowed")
    page = alice.get(f"/contacts/{ana.pk}/history/").content.decode()
    for words in ("Married", "Widowed", "+1 212 555 0100", "Marital status", "alice"):
        assert words in page
    assert "Widowed" not in alice.get(f"/contacts/{ana.pk}/history/?field=phone").content.decode()

    assert undo(alice, ana, past).status_code == 302

    ana.refresh_from_db()
    assert (ana.phone, record_of(alice, ana)["marital"]) == ("", "married")
    # The undoing is a change too, and the one that was undone says so.
    assert Past.unscoped.filter(contact=ana).count() == 2
    assert Past.unscoped.get(pk=past.pk).undone_at is not None
    undo(alice, ana, past)
    assert Past.unscoped.filter(contact=ana).count() == 2


def test_what_was_written_since_stays(alice, ana):
    first = change(alice, ana, phone="+1 212 555 0100", marital="widowed")
    change(alice, ana, phone="+1 917 555 0199", marital="widowed")

    undo(alice, ana, first)

    ana.refresh_from_db()
    assert (ana.phone, record_of(alice, ana)["marital"]) == ("+1 917 555 0199", "married")


def test_a_change_of_which_nothing_stands_is_not_undone(alice, ana):
    first = change(alice, ana, marital="widowed")
    change(alice, ana, marital="single")

    undo(alice, ana, first)

    assert record_of(alice, ana)["marital"] == "single"
    assert Past.unscoped.get(pk=first.pk).undone_at is None


def test_saving_nothing_new_is_no_change(alice, ana):
    ana.refresh_from_db()
    alice.post(f"/contacts/{ana.pk}/edit/", {**SAID, "version": ana.version})
    assert not Past.unscoped.exists()


def test_a_name_is_undone_whole(alice, ana):
    past = change(alice, ana, name="Ruiz Soler")
    undo(alice, ana, past)
    ana.refresh_from_db()
    assert ana.title == "Ruiz, Ana"


def test_what_it_said_is_sealed_and_goes_with_the_contact(alice, ana):
    past = change(alice, ana, marital="widowed")
    for word in (b"married", b"widowed", b"marital"):
        assert word not in bytes(past.fields_sealed)
    Contact.unscoped.filter(pk=ana.pk)._raw_delete("default")
    assert not Past.unscoped.exists()


def test_whom_a_colleague_is_editing_is_not_changed(alice, ana, world):
    past = change(alice, ana, marital="widowed")
    alice.get(f"/contacts/{ana.pk}/edit/")
    EditLock.unscoped.update(user=world.seats["bob"].user, until=timezone.now() + timedelta(minutes=5))
    assert undo(alice, ana, past).status_code == 423
    assert record_of(alice, ana)["marital"] == "widowed"


def test_the_api_does_the_same(alice, ana):
    past = change(alice, ana, marital="widowed")
    api = f"/api/v1/contacts/{ana.pk}/history/"
    (told,) = alice.get(api).json()
    assert told["user"] == "alice"
    assert told["fields_changed"] == [{"field": "Marital status", "before": "Married", "after": "Widowed"}]
    answer = alice.post(f"{api}{past.pk}/undo/")
    assert (answer.status_code, answer.json()) == (200, {"back": 1, "stays": 0})
    assert alice.post(f"{api}{past.pk}/undo/").status_code == 409


def test_another_practice_reads_and_undoes_nothing(alice, ana, browse):
    past = change(alice, ana, marital="widowed")
    bob = browse("bob")
    begun(bob)
    unlock(bob)
    other = added(bob, email="other@example.org")
    for answer in (
        bob.get(f"/contacts/{ana.pk}/history/"),
        bob.get(f"/contacts/{ana.pk}/place/"),
        undo(bob, ana, past),
        bob.get(f"/api/v1/contacts/{ana.pk}/history/"),
        bob.post(f"/api/v1/contacts/{ana.pk}/history/{past.pk}/undo/"),
    ):
        assert answer.status_code == 404
    # Nor by a contact of one's own.
    undo(bob, other, past)
    assert record_of(alice, ana)["marital"] == "widowed"
    assert Past.unscoped.get(pk=past.pk).undone_at is None


def test_a_record_says_where_it_stands_in_the_list(alice, ana):
    bo, cy = (added(alice, first_name=first, name=last) for first, last in (("Bo", "Salas"), ("Cy", "Abel")))
    place = alice.get(f"/contacts/{ana.pk}/place/").content.decode()
    assert "2 of 3" in place and str(cy.pk) in place and str(bo.pk) in place
    last = alice.get(f"/contacts/{ana.pk}/place/?sort=-name&q=ruiz").content.decode()
    assert "1 of 1" in last and "icon-button" not in last
    assert "of" not in alice.get(f"/contacts/{ana.pk}/place/?q=salas").content.decode()
