"""A practice's own fields stand in form, record, list, export and import; names, choices and values are sealed."""

import csv
import io
import json

import pytest
from django.db import connection

from crm.contacts.models import Contact
from crm.custom.models import CustomField
from tests.crm.contacts.test_contacts import API as BOOK
from tests.crm.contacts.test_contacts import PLACE as LIST
from tests.crm.contacts.test_contacts import added, post_json
from tests.crm.contacts.test_import import PLACE as IMPORT
from tests.crm.contacts.test_import import laid_down
from tests.crm.vault.people import begun, unlock

PLACE = "/contacts/fields/"
API = "/api/v1/contacts/fields/"


@pytest.fixture
def alice(world, browse):
    browser = browse("alice")
    begun(browser)
    unlock(browser)
    return browser


def make(browser, label="Boat", form="text", **more):
    answer = browser.post(PLACE, {"label": label, "form": form, **more})
    assert answer.status_code == 302, answer.content.decode()
    return CustomField.unscoped.order_by("-position").first()


def test_it_stands_in_form_record_list_and_export(alice):
    boat = make(alice, default="none")
    assert 'value="none"' in alice.get(LIST + "new/").content.decode()
    contact = added(alice, **{boat.key: "Quillfeather II"})
    page = alice.get(f"{LIST}{contact.pk}/").content.decode()
    assert "Own fields" in page and "Quillfeather II" in page
    alice.post("/preferences/columns/", {"list": "contacts", "column": ["email", boat.key, "own_x"], "next": "/"})
    assert "Quillfeather II" in alice.get(LIST).content.decode()
    rows = list(csv.reader(io.StringIO(alice.get(LIST + "export/").content.decode("utf-8-sig"))))
    assert rows[1][rows[0].index("Boat")] == "Quillfeather II"
    assert [one["title"] for one in alice.get(BOOK + "?q=quillfeather&inside=1").json()["results"]] == ["Ruiz, Ana"]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT crm_contact::text FROM crm_contact) || (SELECT crm_customfield::text FROM crm_customfield)"
        )
        row = cursor.fetchone()[0]
    for word in (b"Boat", b"Quillfeather", b"none"):
        assert word.decode() not in row and word.hex() not in row


@pytest.mark.parametrize(
    ("form", "good", "bad"),
    [
        ("decimal", "-12.5", "many"),
        ("date", "2031-02-28", "2031-02-30"),
        ("choice", "Gold", "Tin"),
        ("yes_no", "yes", "perhaps"),
        ("text", "x", "x" * 201),
    ],
)
def test_each_holds_what_it_says(alice, form, good, bad):
    field = make(alice, "Club", form, choices="Silver\nGold")
    contact = added(alice, **{field.key: good})
    assert alice.get(f"{BOOK}{contact.pk}/").json()["record"] == {field.key: good}
    said = {"kind": "person", "first_name": "Bo", "name": "Lee"}
    assert alice.post(LIST + "new/", {**said, field.key: bad}).status_code == 422
    assert post_json(alice, BOOK, {**said, "record": {field.key: bad}}).status_code == 400
    assert Contact.unscoped.count() == 1


def test_removed_it_keeps_what_was_said_and_comes_back(alice):
    club = make(alice, "Club", "choice", choices="Silver\nGold")
    contact = added(alice, **{club.key: "Gold"})
    place = f"{PLACE}{club.pk}/"
    # A choice that may be in use stays.
    alice.post(place, {"label": "Club", "choices": "Silver"})
    assert alice.get(API).json()[0]["choices"] == ["Silver", "Gold"]
    assert post_json(alice, f"{API}{club.pk}/", {"label": "Clubs", "choices": ["Silver", "Gold", "Tin"]}, "put").json()[
        "choices"
    ] == ["Silver", "Gold", "Tin"]
    alice.post(place, {"do": "remove"})
    assert "Gold" not in alice.get(f"{LIST}{contact.pk}/").content.decode()
    said = {"version": 1, "kind": "person", "first_name": "Ana", "name": "Ruiz", "about": "x"}
    assert alice.post(f"{LIST}{contact.pk}/edit/", said).status_code == 302
    assert alice.post(f"{API}{club.pk}/").status_code == 200
    page = alice.get(f"{LIST}{contact.pk}/").content.decode()
    assert "Clubs" in page and "Gold" in page


def test_what_is_no_field_is_refused_and_strangers_change_none(world, browse, alice):
    club = make(alice, "Club", "choice", choices="Gold")
    for said in (
        {"label": "", "form": "text"},
        {"label": "clüb", "form": "text"},
        {"label": "x" * 61, "form": "text"},
        {"label": "Dog", "form": "song"},
        {"label": "Dog", "form": "choice", "choices": ""},
        {"label": "Dog", "form": "decimal", "default": "many"},
    ):
        assert alice.post(PLACE, said).status_code == 422
        told = {**said, "choices": said.get("choices", "").split()}
        assert post_json(alice, API, told).status_code == 400
    bob = browse("bob")
    begun(bob)
    unlock(bob)
    assert "Club" not in bob.get(PLACE).content.decode() and bob.get(API).json() == []
    assert bob.post(f"{PLACE}{club.pk}/", {"do": "remove"}).status_code == 404
    assert bob.delete(f"{API}{club.pk}/").status_code == 404
    assert post_json(bob, f"{API}{club.pk}/", {"label": "x"}, "put").status_code == 404
    club.refresh_from_db()
    assert (CustomField.unscoped.count(), club.removed_at, club.version) == (1, None, 1)
    locked = browse("alice")
    assert (
        locked.get(PLACE).status_code == 403 and locked.post(PLACE, {"label": "x", "form": "text"}).status_code == 403
    )


def test_a_column_of_its_name_finds_it_and_others_are_placed_once_for_all(alice):
    boat, dog = make(alice), make(alice, "Dog's name")
    text = "First name,Last name,Email,BOAT,Hund,Shoe size,Colour\nAna,Ruiz,ana@x.com,Lapwing,Rex,38,red\n"
    place = laid_down(alice, text)
    page = alice.get(place).content.decode()
    assert "Where columns go" in page and "Hund" in page
    said = {"column": ["Hund", "Shoe size", "Colour"], "to": [dog.key, "source", "-"]}
    assert alice.post(place + "columns/", said).status_code == 302
    alice.post(place + "take/")
    contact = Contact.unscoped.get()
    assert alice.get(f"{BOOK}{contact.pk}/").json()["record"] == {
        boat.key: "Lapwing",
        dog.key: "Rex",
        "source": "38",
    }
    # The next file needs no placing.
    again = laid_down(alice, "First name,Last name,HUND,Colour\nBo,Lee,Lassie,blue\n", "second.csv")
    alice.post(again + "take/")
    bo = Contact.unscoped.get(first_name="Bo")
    assert alice.get(f"{BOOK}{bo.pk}/").json()["record"] == {dog.key: "Lassie"}
    # The same over the API; what is no field is refused.
    pk = laid_down(alice, "First name,Last name,Cat\nCy,Ode,Tom\n").split("/")[3]
    api = f"/api/v1/contacts/import/{pk}/columns/"
    assert post_json(alice, api, {"columns": {"Cat": "own_x"}}).status_code == 400
    assert post_json(alice, api, {"columns": {"Cat": "source"}}).status_code == 200
    alice.post(f"{IMPORT}{pk}/take/")
    cy = Contact.unscoped.get(first_name="Cy")
    assert json.loads(alice.get(f"{BOOK}{cy.pk}/").content)["record"] == {"source": "Tom"}


def test_no_column_is_lost_without_a_word(alice):
    """What has no place any more, or one that something else of the file fills, stands among the notes."""
    dog, boat = make(alice, "Dog's name"), make(alice)
    header = "First name,Last name,Source,Company,Notes,Hund,Tier,How met,Firma,Remark\n"
    row = "Ana,Ruiz,Web,Elm Dental,Early,Rex,Cat,Party,Oak Ltd,Late\n"
    place = laid_down(alice, header + row)
    said = {
        "column": ["Hund", "Tier", "How met", "Firma", "Remark"],
        "to": [dog.key, boat.key, "source", "employer", "about"],
    }
    alice.post(place + "columns/", said)
    # Where a column stood is taken by another one, and one field is no longer there.
    alice.post(place + "columns/", {"column": ["Tier"], "to": [dog.key]})
    alice.post(place + "take/")
    ana = Contact.unscoped.get()
    record = alice.get(f"{BOOK}{ana.pk}/").json()["record"]
    assert (record[dog.key], record["source"], record["employer"]) == ("Rex", "Web", "Elm Dental")
    assert sorted(record["about"].splitlines()) == [
        "Early",
        "Employer: Oak Ltd",
        "How met: Party",
        "Late",
        "Tier: Cat",
    ]
    alice.post(f"{PLACE}{dog.pk}/", {"do": "remove"})
    again = laid_down(alice, "First name,Last name,Hund\nBo,Lee,Lassie\n", "second.csv")
    assert f'value="{dog.key}"' not in alice.get(again).content.decode()
    alice.post(again + "take/")
    bo = Contact.unscoped.get(first_name="Bo")
    assert alice.get(f"{BOOK}{bo.pk}/").json()["record"] == {"about": "Hund: Lassie"}


def test_two_fields_of_one_name_do_not_come_together(alice):
    first = make(alice, "Club")
    alice.post(f"{PLACE}{first.pk}/", {"do": "remove"})
    make(alice, "Clüb")
    answer = alice.post(f"{API}{first.pk}/")
    assert answer.status_code == 400 and "of this name" in answer.content.decode()
    first.refresh_from_db()
    assert first.removed_at is not None
