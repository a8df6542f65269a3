"""Notes: sealed, found by their words while unlocked, and refused in words when locked."""

import re
from uuid import uuid4

import pytest

from crm.notes.models import Note
from tests.crm.vault.kit import OTHER_PASSWORD, PASSWORD
from tests.crm.vault.people import begun, colleague, let_in, unlock

PLACE = "/accounts/U1000001/notes/"
API = "/api/v1/accounts/U1000001/notes/"


@pytest.fixture
def alice(world, browse):
    browser = browse("alice")
    begun(browser)
    unlock(browser)
    return browser


def write(browser, title="Call", body="Wants fewer bonds", place=PLACE):
    return browser.post(place, {"title": title, "body": body})


def test_locked_says_so_and_nothing_moves(world, browse):
    alice = browse("alice")
    for state in ("none", "locked"):
        if state == "locked":
            begun(alice)
        page = alice.get(PLACE)
        assert page.status_code == 403 and ("/unlock/?next=" in page.content.decode()) == (state == "locked")
        assert write(alice).status_code == 403
        answer = alice.post(API, {"body": "x"}, content_type="application/json")
        assert answer.status_code == 403 and answer.json()["detail"]
        assert not Note.unscoped.exists()


def test_the_fields_of_a_new_note_are_empty_until_something_is_refused(alice):
    page = alice.get(PLACE).content.decode()
    assert re.search(r'name="title"\s+value=""', page)
    answer = alice.post(PLACE, {"title": "t" * 201, "body": "kept while it is refused"})
    assert answer.status_code == 422 and "kept while it is refused" in answer.content.decode()


def test_a_note_is_written_found_changed_and_thrown_away(alice):
    assert write(alice, "Fährmann", "Wünscht weniger Anleihen <b>").status_code == 302
    assert write(alice, "Lunch", "Paid by us").status_code == 302
    page = alice.get(PLACE)
    assert page["Cache-Control"] == "private, no-store"
    assert "Wünscht weniger Anleihen &lt;b&gt;" in page.content.decode()
    found = alice.get(PLACE + "?q=fahrmann+WENIGER").content.decode()
    assert "Anleihen" in found and "Paid by us" not in found
    note = Note.unscoped.order_by("created_at").first()
    place = f"{PLACE}{note.pk}/"
    assert "Fährmann" in alice.get(place).content.decode()
    assert alice.post(place, {"title": "", "body": " ", "version": 1}).status_code == 422
    assert alice.post(place, {"title": "New", "body": "quixotic", "version": 1}).status_code == 302
    note.refresh_from_db()
    assert note.version == 2
    assert alice.post(place + "trash/").status_code == 302
    assert (
        "quixotic" not in alice.get(PLACE).content.decode()
        and "quixotic" in alice.get(PLACE + "?trash=1").content.decode()
    )
    assert alice.post(place + "back/").status_code == 302
    assert "quixotic" in alice.get(PLACE).content.decode()


def test_the_api_reads_and_writes(alice):
    made = alice.post(API, {"title": "T", "body": "B"}, content_type="application/json")
    assert made.status_code == 201
    place = f"{API}{made.json()['id']}/"
    said = {"title": "T2", "body": "B2", "version": made.json()["version"]}
    changed = alice.put(place, said, content_type="application/json").json()
    assert (changed["title"], changed["version"]) == ("T2", 2)
    late = alice.put(place, {**said, "body": "B3"}, content_type="application/json")
    assert late.status_code == 409 and late.json()["title"]
    assert alice.put(place, {"body": "B3"}, content_type="application/json").status_code == 400
    assert [one["body"] for one in alice.get(API).json()["results"]] == ["B2"]
    assert alice.get(API + "?q=b2").json()["results"] and not alice.get(API + "?q=zz").json()["results"]
    assert alice.delete(place).status_code == 204 and alice.get(API).json()["results"] == []
    assert alice.get(f"{API}{uuid4()}/").status_code == 404


def test_notes_are_the_practices_own(world, browse, alice):
    write(alice)
    colleague(world)
    abel = browse("abel")
    assert abel.get(PLACE).status_code == 403
    let_in(alice, abel, world)
    unlock(abel, OTHER_PASSWORD)
    assert "fewer bonds" in abel.get(PLACE).content.decode()
    # The level above sees the account, and keeps no notes on it; the account's own advisor reads none of hers.
    assert alice.get("/accounts/U2000001/notes/").status_code == 403
    for name in ("bob", "mallory"):
        other = browse(name)
        begun(other)
        unlock(other, PASSWORD)
        assert other.get(PLACE).status_code == 404 and write(other).status_code == 404
    for name in ("ana", "vera", "olga"):
        assert browse(name).get(PLACE).status_code == 403
    assert Note.unscoped.count() == 1


def test_a_note_that_was_changed_from_outside_says_so(alice):
    write(alice, "One", "first words")
    write(alice, "Two", "second words")
    one, two = Note.unscoped.order_by("created_at")
    Note.unscoped.filter(pk=one.pk).update(body_sealed=two.body_sealed)
    page = alice.get(PLACE).content.decode()
    assert "does not open" in page and "first words" not in page and page.count("second words") == 1


def test_of_two_who_change_a_note_the_later_is_asked(alice):
    write(alice, "One", "as it was")
    place = f"{PLACE}{Note.unscoped.get().pk}/"
    assert alice.post(place, {"title": "One", "body": "by a colleague", "version": 1}).status_code == 302
    answer = alice.post(place, {"title": "One", "body": "typed for an hour", "version": 1})
    page = answer.content.decode()
    assert answer.status_code == 409 and "typed for an hour" in page and "by a colleague" in page
    assert Note.unscoped.get().version == 2 and "typed for an hour" not in alice.get(PLACE).content.decode()
    assert 'name="version" value="2"' in page
    for version in ("", "x", "-1", "9" * 30, "9" * 5_000):
        assert alice.post(place, {"title": "", "body": "typed", "version": version}).status_code == 409
    assert alice.post(place, {"title": "One", "body": "typed for an hour", "version": 2}).status_code == 302
    assert "typed for an hour" in alice.get(PLACE).content.decode()


@pytest.mark.parametrize("by_api", [False, True])
def test_a_damaged_note_is_written_over(alice, by_api):
    write(alice, "One", "first words")
    note = Note.unscoped.get()
    broken = bytearray(note.body_sealed)
    broken[-1] ^= 1
    Note.unscoped.update(body_sealed=bytes(broken))
    said = {"title": "One", "body": "written anew", "version": 1}
    if by_api:
        assert alice.put(f"{API}{note.pk}/", said, content_type="application/json").status_code == 200
    else:
        assert alice.post(f"{PLACE}{note.pk}/", said).status_code == 302
    page = alice.get(PLACE).content.decode()
    assert "written anew" in page and "does not open" not in page
