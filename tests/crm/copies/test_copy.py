"""A copy of the client book: everything its reader may open, confirmed, told, and nothing of it left on the server."""

import csv
import hashlib
import io
import zipfile
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.ground.outbox.models import OutboxMessage
from accounts.ground.people.models import User
from accounts.ground.trail.models import Event
from crm.contacts.models import Contact
from crm.copies import actions
from crm.copies.contents import _plain
from crm.vault.engine.encoding import Unopened
from portal.lib.zipped import DAMAGED, SUMS, packed
from tests.crm.documents.test_documents import PDF, alice, given, kept, place, stored, upload  # noqa: F401 (fixtures)
from tests.crm.vault.kit import OTHER_PASSWORD
from tests.crm.vault.people import SURE, begun, colleague, let_in, unlock

PLACE, API = "/settings/storage-password/copy/", "/api/v1/vault/copy/"


def fetched(browser, where=None):
    answer = browser.get(where or browser.post(PLACE, **SURE)["Location"])
    assert answer.status_code == 200, answer
    return zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))


def table(zipped, name):
    return list(csv.DictReader(io.StringIO(zipped.read(name).decode("utf-8-sig"))))


@pytest.fixture
def book(alice):  # noqa: F811
    alice.post("/contacts/new/", {"kind": "person", "name": "Ruiz", "first_name": "Ana", "state": "prospect"})
    alice.post("/accounts/U1000001/notes/", {"title": "Bonds", "body": "=Wants fewer bonds"})
    alice.post(f"/contacts/{Contact.unscoped.get().pk}/notes/", {"title": "", "body": "Sails"})
    alice.post("/tasks/new/", {"title": "Call Ana", "notes": "before noon", "priority": "2"})
    deed = kept(alice, given("deed.pdf"), folder="House/2026")
    alice.post(f"/documents/{deed.pk}/replace/", {"file": given("deed.pdf", PDF + b"second")})
    return alice


def test_it_holds_everything_and_every_sum_agrees(book):
    zipped = fetched(book)

    assert zipped.testzip() is None
    sums = dict(reversed(line.split("  ", 1)) for line in zipped.read(SUMS).decode().splitlines())
    assert set(sums) == set(zipped.namelist()) - {SUMS}
    assert all(hashlib.sha256(zipped.read(name)).hexdigest() == sum_ for name, sum_ in sums.items())
    assert [one["Last name"] for one in table(zipped, "contacts.csv")] == ["Ruiz"]
    assert b"FN:Ana Ruiz" in zipped.read("contacts.vcf")
    note, about = table(zipped, "notes.csv")
    assert (about["Contact"], about["Account"], about["Note"]) == ("Ruiz, Ana", "", "Sails")
    assert note["Note"] == "'=Wants fewer bonds" and note["Account"].startswith("U1000001")
    assert [one["Task"] for one in table(zipped, "tasks.csv")] == ["Call Ana"]
    assert table(zipped, "workflows.csv") == [] and b"BEGIN:VCALENDAR" in zipped.read("calendar.ics")
    editions = [name for name in zipped.namelist() if name.startswith("documents/House/2026/")]
    assert [zipped.read(name) for name in editions] == [PDF, PDF + b"second"]
    assert [one["File"] for one in table(zipped, "documents.csv")] == editions


def test_what_is_in_the_trash_stays_there(book):
    from crm.documents.models import Document

    book.post(f"/documents/{Document.unscoped.get().pk}/trash/", {"confirm": "yes"})

    assert not [name for name in fetched(book).namelist() if name.startswith("documents/")]


def test_it_is_confirmed_written_down_and_told_to_the_others(book, world, browse):
    User.objects.filter(pk=colleague(world).pk).update(email="abel@northgate.example")
    let_in(book, browse("abel"), world)
    unlock(book)
    before = Event.unscoped.filter(kind="vault").count()

    asked = book.post(PLACE)
    assert asked.status_code == 403 and "Take a copy of the whole client book" in asked.content.decode()
    assert Event.unscoped.filter(kind="vault").count() == before
    answer = book.post(API, **SURE)

    assert answer.status_code == 201 and fetched(book, answer.json()["file"]).testzip() is None
    assert Event.unscoped.filter(kind="vault").latest("pk").title == "The client book was copied whole"
    told = OutboxMessage.unscoped.filter(subject__contains="took a copy")
    assert [one.recipient for one in told] == ["abel@northgate.example"]


def test_the_file_is_for_this_unlocking_alone_and_for_ten_minutes(book, world, browse, monkeypatch):
    where = book.post(PLACE, **SURE)["Location"]
    colleague(world)
    abel = browse("abel")
    let_in(book, abel, world)
    unlock(abel, OTHER_PASSWORD)
    other = browse("alice")
    unlock(other)

    assert abel.get(where).status_code == other.get(where).status_code == 404
    assert book.get(PLACE + "file/").status_code == book.get(PLACE + "file/?pass=x").status_code == 404
    book.post("/lock/")
    assert book.get(where).status_code == 403
    unlock(book)
    assert book.get(where).status_code == 404  # another unlocking
    where = book.post(PLACE, **SURE)["Location"]
    monkeypatch.setattr(actions, "OPEN_FOR", timedelta(seconds=-1))
    assert book.get(where).status_code == 404


@pytest.mark.parametrize("name", ["bob", "mallory"])
def test_other_practices_get_their_own_book_or_none(book, browse, name):
    where = book.post(PLACE, **SURE)["Location"]
    stranger = browse(name)
    begun(stranger)
    unlock(stranger)

    assert stranger.get(where).status_code == 404
    assert table(fetched(stranger), "contacts.csv") == []


@pytest.mark.parametrize("name", ["ana", "carol"])
def test_whoever_has_no_client_book_open_gets_nothing(book, browse, name):
    where = book.post(PLACE, **SURE)["Location"]
    before = Event.unscoped.count()

    for answer in (browse(name).get(where), browse(name).post(PLACE, **SURE), browse(name).post(API, **SURE)):
        assert answer.status_code in (403, 404)
    assert Event.unscoped.count() == before


def test_nothing_readable_is_left_on_the_server(book, place):  # noqa: F811
    fetched(book)

    assert stored(place) and all(b"canary" not in one.read_bytes() for one in stored(place))


def test_what_was_changed_from_outside_is_named_and_has_no_sum():
    def broken():
        yield b"first"
        raise Unopened

    zipped = zipfile.ZipFile(
        io.BytesIO(b"".join(packed([("a", [b"1"]), ("b", broken())], at=timezone.now(), damage=(Unopened,))))
    )

    assert zipped.read(DAMAGED) == b"b\n"
    assert [line.split("  ")[1] for line in zipped.read(SUMS).decode().splitlines()] == ["a"]


def test_blocks_leave_as_they_come():
    """Ten blocks of a megabyte that do not pack: never more than one of them waits."""
    import secrets

    blocks = [secrets.token_bytes(1_000_000) for _ in range(10)]
    sizes = [len(one) for one in packed([("a", iter(blocks))], at=timezone.now())]

    assert sum(sizes) > 10_000_000 and max(sizes) < 1_200_000


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("../../etc/passwd", ".._.._etc_passwd"), ("..", ""), ("a\u202efdp.exe", "a_fdp.exe"), ("C:\\x", "C__x"),
        ("Vertrag 2026.pdf", "Vertrag 2026.pdf"), ("договор.pdf", "договор.pdf"), ("nul\0l", "nul_l"),
    ],
)  # fmt: skip
def test_names_lead_nowhere_else(name, plain):
    assert _plain(name) == plain.strip(" .")
    assert len(_plain("x" * 500 + ".pdf")) <= 130 and _plain("x" * 500 + ".pdf").endswith(".pdf")
