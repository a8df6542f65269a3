"""Files of contacts are taken slice by slice: gone on with they double nothing, and they are undone whole."""

import json

import pytest

from crm.contacts import importing
from crm.contacts.intakes import Intake
from crm.contacts.models import Contact
from crm.contacts.pasts import Past
from crm.locks.models import EditLock
from tests.crm.contacts.test_contacts import added
from tests.crm.contacts.test_import import ANA, API, HEADER, laid_down, record_of
from tests.crm.vault.people import begun, unlock

SCRIPT = {"HTTP_X_REQUESTED_WITH": "XMLHttpRequest"}


@pytest.fixture
def alice(world, browse):
    browser = browse("alice")
    begun(browser)
    unlock(browser)
    return browser


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(importing, "SLICE", 4)


def rows(count):
    return "".join(f"Ana,Ruiz {number},ana{number}@example.org,,,,\n" for number in range(count))


def held(alice, place):
    return Intake.unscoped.get(pk=place.split("/")[3])


def test_a_long_file_goes_in_by_slices_and_each_one_counts_once(alice, small):
    place = laid_down(alice, HEADER + rows(10) + "Jo,,,,,,\n")

    told = [alice.post(place + "take/", **SCRIPT).json() for _turn in range(3)]

    assert [(one["done"], one["of"], one["over"]) for one in told] == [(4, 11, False), (8, 11, False), (11, 11, True)]
    assert Contact.unscoped.count() == 10
    intake = held(alice, place)
    assert (intake.state, intake.created, intake.rejected, intake.outcomes) == ("taken", 10, 1, "c" * 10 + "r")
    # What comes after the end changes nothing.
    assert alice.post(place + "take/", **SCRIPT).json()["over"] is True
    assert Contact.unscoped.count() == 10


def test_an_import_that_was_broken_off_goes_on_where_it_stood(alice, small):
    place = laid_down(alice, HEADER + rows(10))
    alice.post(place + "take/", **SCRIPT)
    page = alice.get(place).content.decode()
    assert "4 of 10 rows are done" in page and "Go on importing" in page

    # Whoever goes on without a script does the rest at once; the plan of the first slice holds.
    alice.post(place + "take/", {"policy": "update", "field": ["email"]})

    intake = held(alice, place)
    assert (intake.state, intake.policy, Contact.unscoped.count()) == ("taken", "skip", 10)


def test_an_import_is_undone_half_way_too(alice, small):
    place = laid_down(alice, HEADER + rows(10))
    alice.post(place + "take/", **SCRIPT)

    alice.post(place + "undo/")

    assert held(alice, place).state == "undone"
    assert not Contact.unscoped.filter(trashed_at=None).exists() and Contact.unscoped.count() == 4
    alice.post(place + "take/")
    assert Contact.unscoped.count() == 4


def test_a_slice_that_fails_leaves_the_file_as_it_was(alice, small, monkeypatch):
    place = laid_down(alice, HEADER + rows(6))
    alice.post(place + "take/", **SCRIPT)

    def breaks(*_args):
        raise RuntimeError("killed")

    with monkeypatch.context() as broken:
        broken.setattr(importing, "remember_all", breaks)
        assert alice.post(place + "take/", **SCRIPT).status_code == 500

    assert (held(alice, place).done, Contact.unscoped.count()) == (4, 4)
    alice.post(place + "take/", **SCRIPT)
    assert (held(alice, place).state, Contact.unscoped.count()) == ("taken", 6)


@pytest.fixture
def known(alice):
    """Ana as the book has her: another phone, no birthday, an employer that the file does not name."""
    return added(alice, email="ana@example.org", phone="+1 212 555 0100", marital="married", employer="Elm Dental")


def test_the_chosen_fields_are_shown_then_written_over_and_put_back(alice, known):
    place = laid_down(alice, HEADER + ANA)
    said = "policy=update&field=phone&field=marital&field=born_on"
    page = alice.get(f"{place}?{said}").content.decode()
    for words in ("+1 212 555 0100", "+34 600 123 456", "Married", "Widowed", "1951-06-01"):
        assert words in page
    known.refresh_from_db()
    assert known.phone == "+1 212 555 0100" and not Past.unscoped.exists()
    before = record_of(alice, known)

    alice.post(place + "take/", {"policy": "update", "field": ["phone", "marital", "born_on"]})

    known.refresh_from_db()
    assert known.phone == "+34 600 123 456"
    # The notes were not chosen, and what the file does not say stays.
    assert record_of(alice, known) == {"born_on": "1951-06-01", "marital": "widowed", "employer": "Elm Dental"}
    intake = held(alice, place)
    assert (intake.updated, intake.created, intake.outcomes) == (1, 0, "u")
    assert "The chosen fields were written over." in alice.get(place).content.decode()

    alice.post(place + "undo/")

    known.refresh_from_db()
    assert (known.phone, record_of(alice, known), known.trashed_at) == ("+1 212 555 0100", before, None)
    assert held(alice, place).state == "undone"


def test_what_somebody_wrote_since_stays_when_an_update_is_undone(alice, known):
    place = laid_down(alice, HEADER + ANA)
    alice.post(place + "take/", {"policy": "update", "field": ["phone", "marital"]})
    known.refresh_from_db()
    said = {"first_name": "Ana", "name": "Ruiz", "email": "ana@example.org", "phone": "+1 917 555 0199"}
    said |= {"kind": "person", "marital": "widowed", "employer": "Elm Dental", "version": known.version}
    assert alice.post(f"/contacts/{known.pk}/edit/", said).status_code == 302

    alice.post(place + "undo/")

    known.refresh_from_db()
    assert known.phone == "+1 917 555 0199"
    assert record_of(alice, known)["marital"] == "married"


def test_our_own_table_is_known_again_by_its_ids(alice, known):
    table = alice.get("/contacts/export/").content.decode("utf-8-sig")
    changed = table.replace("ana@example.org", "ana@new.example").replace("Elm Dental", "Oak Dental")
    place = laid_down(alice, changed)
    assert "In the book already: the same ID." in alice.get(place).content.decode()

    alice.post(place + "take/", {"policy": "update", "field": ["email", "employer"]})

    known.refresh_from_db()
    assert (Contact.unscoped.count(), known.email) == (1, "ana@new.example")
    assert record_of(alice, known)["employer"] == "Oak Dental"


def test_whom_a_colleague_is_editing_is_left_alone_and_told(alice, known, browse, world):
    place = laid_down(alice, HEADER + ANA)
    alice.get(f"/contacts/{known.pk}/edit/")
    EditLock.unscoped.update(user=world.seats["bob"].user)

    alice.post(place + "take/", {"policy": "update", "field": ["phone"]})

    known.refresh_from_db()
    assert known.phone == "+1 212 555 0100"
    assert held(alice, place).outcomes == "h"
    assert "somebody is changing it" in alice.get(place).content.decode()


def test_the_api_goes_on_while_more_is_left(alice, known, monkeypatch):
    monkeypatch.setattr("crm.contacts.import_api.MOST_AT_ONCE", 2)
    place = laid_down(alice, HEADER + ANA + rows(2))
    api = f"{API}{place.split('/')[3]}/"
    plan = json.dumps({"policy": "update", "fields_chosen": ["phone"]})

    first = alice.post(api, plan, content_type="application/json").json()
    second = alice.post(api, plan, content_type="application/json").json()

    assert [(one["state"], one["done"], one["size"]) for one in (first, second)] == [("taking", 2, 3), ("taken", 3, 3)]
    assert (second["updated"], second["created"]) == (1, 2)
    assert alice.get(api).json()["rows"][0]["verdict"] == "update"
    assert alice.delete(api).status_code == 204
    assert [one.pk for one in Contact.unscoped.filter(trashed_at=None)] == [known.pk]


def test_what_was_written_over_is_sealed(alice, known):
    place = laid_down(alice, HEADER + ANA)
    alice.post(place + "take/", {"policy": "update", "field": ["phone", "marital"]})
    sealed = bytes(Past.unscoped.get().fields_sealed)
    for word in (b"married", b"widowed", b"600 123"):
        assert word not in sealed


def test_a_plan_says_nothing_about_sources_that_would_not_be_whole(alice):
    ana = added(alice, email="ana@example.org")
    means = {"wealth_work": "60", "wealth_business": "40", "version": ana.version}
    assert alice.post(f"/contacts/{ana.pk}/edit/?form=financial", means).status_code == 302
    place = laid_down(alice, "First name,Last name,Email,wealth_work\nAna,Ruiz,ana@example.org,50\n")
    alice.post(place + "take/", {"policy": "update", "field": ["wealth_work"]})
    assert record_of(alice, ana)["wealth_work"] == "60"
    assert held(alice, place).outcomes == "s"


def test_another_practice_neither_goes_on_nor_takes_back(alice, browse, small):
    place = laid_down(alice, HEADER + rows(6))
    alice.post(place + "take/", **SCRIPT)
    bob = browse("bob")
    begun(bob)
    unlock(bob)
    assert {bob.post(place + "take/", **SCRIPT).status_code, bob.post(place + "undo/").status_code} == {404}
    assert (held(alice, place).done, Contact.unscoped.filter(trashed_at=None).count()) == (4, 4)


def test_the_book_is_asked_only_for_whom_a_slice_may_be_about(alice, django_assert_max_num_queries):
    place = laid_down(alice, HEADER + rows(40))
    with django_assert_max_num_queries(30):
        alice.post(place + "take/")
    assert Contact.unscoped.count() == 40
