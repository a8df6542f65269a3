"""Contacts come in from files and go out to them, behind the unlocked vault; nobody else's, and nothing is lost."""

import csv
import io
import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.utils import timezone

from crm.contacts.intakes import Intake
from crm.contacts.models import Contact
from crm.imports.contacts import read as read_file
from crm.vault.deposits import leave
from crm.vault.models import Deposit
from tests.crm.contacts.test_contacts import added
from tests.crm.vault.people import begun, unlock

PLACE = "/contacts/import/"
API = "/api/v1/contacts/import/"
HEADER = "First name,Last name,Email,Phone,Date of birth,Marital status,Shoe size\n"
ANA = "Ana,Ruiz,ana@example.org,+34 600 123 456,1951-06-01,Widowed,38\n"


@pytest.fixture
def alice(world, browse):
    browser = browse("alice")
    begun(browser)
    unlock(browser)
    return browser


def upload(browser, text, name="book.csv", place=PLACE):
    content = text if isinstance(text, bytes) else text.encode()
    return browser.post(place, {"file": SimpleUploadedFile(name, content)})


def laid_down(browser, text, name="book.csv"):
    answer = upload(browser, text, name)
    assert answer.status_code == 302, answer.content.decode()
    return answer.url


def record_of(browser, contact):
    return browser.get(f"/api/v1/contacts/{contact.pk}/").json()["record"]


def test_a_file_is_looked_at_taken_and_taken_back(alice):
    place = laid_down(alice, HEADER + ANA + "Jo,,,,,,\n")
    page = alice.get(place).content.decode()
    assert "Ruiz, Ana" in page and "Last name is required." in page and "Shoe size" in page
    assert not Contact.unscoped.exists()

    assert alice.post(place + "take/").status_code == 302
    contact = Contact.unscoped.get()
    assert (contact.title, contact.email, contact.phone) == ("Ruiz, Ana", "ana@example.org", "+34 600 123 456")
    assert record_of(alice, contact) == {"born_on": "1951-06-01", "marital": "widowed", "about": "Shoe size: 38"}
    intake = Intake.unscoped.get()
    assert (intake.state, intake.created, intake.rejected) == ("taken", 1, 1)

    alice.post(place + "take/")
    assert Contact.unscoped.count() == 1

    alice.post(place + "undo/")
    contact.refresh_from_db()
    assert contact.trashed_at is not None
    assert Intake.unscoped.get().state == "undone"


def test_what_was_changed_since_stays_when_the_import_is_undone(alice):
    place = laid_down(alice, HEADER + ANA + "Bo,Lee,,,,,\n")
    alice.post(place + "take/")
    bo = Contact.unscoped.get(first_name="Bo")
    said = {"kind": "person", "first_name": "Bo", "name": "Lee", "phone": "+1 212 555 0100", "version": bo.version}
    assert alice.post(f"/contacts/{bo.pk}/edit/", said).status_code == 302

    alice.post(place + "undo/")

    assert [one.first_name for one in Contact.unscoped.filter(trashed_at=None)] == ["Bo"]


def test_a_file_that_waits_is_sealed_and_may_be_thrown_away(alice):
    place = laid_down(alice, HEADER + ANA, name="Quillmarsh.csv")
    with connection.cursor() as cursor:
        cursor.execute("SELECT crm_intake::text FROM crm_intake")
        row = cursor.fetchone()[0]
    for word in (b"Quillmarsh", b"Widowed", b"ana@example.org"):
        assert word.decode() not in row and word.hex() not in row

    alice.post(place + "undo/")

    assert not Intake.unscoped.exists() and not Contact.unscoped.exists()


@pytest.mark.parametrize(("policy", "phone", "filled"), [("skip", "", 0), ("fill", "+34 600 123 456", 1)])
def test_who_is_in_the_book_is_left_alone_or_filled(alice, policy, phone, filled):
    contact = added(alice, email="ANA@example.org", about="Likes owls")
    place = laid_down(alice, HEADER + ANA)
    assert "In the book already: the same e-mail address." in alice.get(place).content.decode()

    alice.post(place + "take/", {"policy": policy})

    contact.refresh_from_db()
    assert Contact.unscoped.count() == 1
    assert (contact.phone, contact.email) == (phone, "ANA@example.org")
    assert record_of(alice, contact)["about"] == "Likes owls"
    assert ("born_on" in record_of(alice, contact)) == bool(filled)
    assert Intake.unscoped.get().filled == filled


def test_what_a_command_left_in_the_inbox_waits_like_a_file(alice, world):
    draft = {"kind": "person", "first_name": "Ana", "name": "Ruiz", "emails": [{"value": "ana@x.com"}]}
    content = json.dumps([draft]).encode()
    practice = world.seats["alice"].practice_id
    assert leave(practice_id=practice, kind="contacts", content=content, at=timezone.now())
    unlock(alice)

    alice.get(PLACE)

    intake = Intake.unscoped.get()
    assert not Deposit.unscoped.exists()
    alice.post(f"{PLACE}{intake.pk}/take/")
    assert Contact.unscoped.get().email == "ana@x.com"


def test_a_round_trip_loses_nothing(alice):
    said = {"home_address": "5 Elm Street\n89501 Reno", "about": "=SUM(A1)\nLikes; owls, and\\more", "source": "-1+1"}
    first = added(alice, email="ana@example.org", phone="+34 600 123 456", born_on="1951-06-01", **said)
    before = record_of(alice, first)
    table = alice.get("/contacts/export/")
    workbook = alice.get("/contacts/export/?format=xlsx")
    card = alice.get(f"/contacts/{first.pk}/card/")
    assert table["Content-Disposition"] == 'attachment; filename="contacts.csv"'
    cells = [cell for row in csv.reader(io.StringIO(table.content.decode("utf-8-sig"))) for cell in row]
    assert "'=SUM(A1)\nLikes; owls, and\\more" in cells

    for answer in (table, workbook, card):
        (one,) = read_file(answer.content).rows
        assert (one.verdict, one.read.draft.name, one.read.draft.first_name) == ("create", "Ruiz", "Ana")

    for answer, name in ((table, "a.csv"), (workbook, "a.xlsx")):
        Contact.unscoped.filter(trashed_at=None).update(trashed_at=timezone.now())
        alice.post(laid_down(alice, answer.content, name) + "take/")
        again = Contact.unscoped.get(trashed_at=None)
        assert record_of(alice, again) == before
        assert (again.title, again.email, again.phone) == (first.title, first.email, first.phone)


def test_the_template_can_be_imported(alice):
    for query in ("", "?format=xlsx"):
        answer = alice.get(f"{PLACE}template/{query}")
        (one,) = read_file(answer.content).rows
        assert (one.verdict, one.read.draft.email, one.read.draft.more) == ("create", "ana@example.com", [])


def test_the_api_does_the_same(alice):
    answer = upload(alice, HEADER + ANA + "Jo,,,,,,\n", place=API)
    assert answer.status_code == 201, answer.content
    found = answer.json()
    assert (found["created"], found["rejected"], found["rows"][1]["words"]) == (1, 1, "Last name is required.")
    place = f"{API}{found['id']}/"
    assert alice.get(place).json()["rows"][0]["contact"]["name"] == "Ruiz"

    taken = alice.post(place, json.dumps({"policy": "skip"}), content_type="application/json")
    assert (taken.status_code, taken.json()["state"]) == (200, "taken")
    again = alice.post(place, json.dumps({}), content_type="application/json")
    assert again.status_code == 409
    assert alice.delete(place).status_code == 204
    assert not Contact.unscoped.filter(trashed_at=None).exists()


def test_what_is_no_file_of_contacts_is_refused_in_words(alice):
    for text in ("", "a,b\n1,2\n", b"\x89PNG\r\n\x1a\n\0\0"):
        for place, status in ((PLACE, 422), (API, 400)):
            assert upload(alice, text, place=place).status_code == status
    assert alice.post(PLACE).status_code == 422
    assert alice.post(API).status_code == 400
    assert not Intake.unscoped.exists()


def test_another_practice_finds_nothing_and_without_its_password_nobody_enters(alice, world, browse):
    place = laid_down(alice, HEADER + ANA)
    pk = place.split("/")[3]
    bob = browse("bob")
    begun(bob)
    unlock(bob)
    for request in (
        bob.get(place),
        bob.post(place + "take/"),
        bob.post(place + "undo/"),
        bob.get(f"{API}{pk}/"),
        bob.post(f"{API}{pk}/", "{}", content_type="application/json"),
        bob.delete(f"{API}{pk}/"),
    ):
        assert request.status_code == 404
    assert Intake.unscoped.get().state == "waiting" and not Contact.unscoped.exists()

    locked = browse("alice")
    for address in (PLACE, place, "/contacts/export/", f"{API}{pk}/"):
        assert locked.get(address).status_code in (302, 403)
    assert upload(locked, HEADER + ANA, place=API).status_code == 403
    assert Intake.unscoped.count() == 1


def test_a_file_over_the_limits_is_refused_whole(alice, settings):
    """CON-5, with the limits of the broker's own guide: 100 contacts and 5 MB."""
    settings.CONTACT_IMPORT_ROWS, settings.CONTACT_IMPORT_BYTES = 100, 5_242_880
    rows = "".join(f"Ana,Ruiz {number},,,,,\n" for number in range(101))
    refused = upload(alice, HEADER + rows)
    assert refused.status_code == 422 and "more than 100 contacts" in refused.content.decode()
    content = (HEADER + ANA).encode()
    large = upload(alice, content + b"\n" * (5_242_881 - len(content)))
    assert large.status_code == 422 and "larger than" in large.content.decode()
    assert not Intake.unscoped.exists() and not Contact.unscoped.exists()


def test_the_row_without_a_last_name_is_told_and_the_rest_created(alice):
    """CON-6: row 7 of 100; the heading is the first line of the file, so the report says line 8."""
    rows = [f"Ana,Ruiz {number},,,,,\n" for number in range(100)]
    rows[6] = "Ana,,,,,,\n"
    place = laid_down(alice, HEADER + "".join(rows))
    api = f"{API}{place.split('/')[3]}/"
    (rejected,) = [one for one in alice.get(api).json()["rows"] if one["verdict"] == "reject"]
    assert (rejected["line"], rejected["words"]) == (8, "Last name is required.")
    alice.post(place + "take/")
    intake = Intake.unscoped.get()
    assert (Contact.unscoped.count(), intake.created, intake.rejected) == (99, 99, 1)
