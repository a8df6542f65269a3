"""Documents are sealed before they are stored, judged by what they are, and the practice's own."""

import json
import tempfile
import zipfile
from io import BytesIO
from pathlib import Path
from uuid import uuid4

import pytest
from django.contrib.messages.storage.cookie import CookieStorage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from accounts.ground.optouts.models import OptOut
from crm.contacts.models import Contact
from crm.documents.models import Document, Edition
from crm.vault.models import SealedFile
from tests.auth2fa.test_opt_out import chosen
from tests.crm.vault.kit import OTHER_PASSWORD, PASSWORD
from tests.crm.vault.people import begun, colleague, let_in, unlock

PLACE, API = "/documents/", "/api/v1/documents/"
CANARY = "Quillmarsh-canary-7141"
PDF = b"%PDF-1.4\n" + CANARY.encode() + b"\n%%EOF"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40


@pytest.fixture
def place(settings, tmp_path):
    settings.VAULT_FILES_URL = (tmp_path / "vault").as_uri()
    return tmp_path / "vault"


@pytest.fixture
def alice(world, browse, place):
    browser = browse("alice")
    begun(browser)
    unlock(browser)
    return browser


def given(name="deed.pdf", content=PDF, kind="application/pdf"):
    return SimpleUploadedFile(name, content, kind)


def upload(browser, *files, **more):
    return browser.post(PLACE, {"file": list(files) or [given()], **more})


def kept(browser, *args, **more):
    known = set(Document.unscoped.values_list("pk", flat=True))
    answer = upload(browser, *args, **more)
    assert answer.status_code == 302, answer.content.decode()
    return Document.unscoped.exclude(pk__in=known).get()


def text(answer):
    return answer.content.decode()


def stored(place):
    return [one for one in place.rglob("*") if one.is_file()]


def nothing(place):
    return not Document.unscoped.exists() and not SealedFile.unscoped.exists() and not stored(place)


def test_without_an_open_vault_nothing_is_shown_or_taken(world, browse, place):
    """DSH-9."""
    alice = browse("alice")
    for state in ("none", "locked"):
        if state == "locked":
            begun(alice)
        for answer in (alice.get(PLACE), upload(alice), alice.get(API), alice.post(API, {"file": given()})):
            assert answer.status_code == 403
    assert nothing(place)


def test_a_document_is_kept_shown_saved_and_found(alice):
    document = kept(alice, folder="Trusts/2026", tags="deed, signed, deed")
    page = text(alice.get(f"{PLACE}{document.pk}/"))
    assert "deed.pdf" in page and "Not scanned" in page
    shown = alice.get(f"{PLACE}{document.pk}/editions/1/")
    assert b"".join(shown.streaming_content) == PDF and shown["Content-Length"] == str(len(PDF))
    assert shown["Content-Disposition"].startswith("inline") and shown["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in shown["Content-Security-Policy"] and shown["Cache-Control"] == "private, no-store"
    saved = alice.get(f"{PLACE}{document.pk}/editions/1/?save=1")
    assert saved["Content-Disposition"] == 'attachment; filename="deed.pdf"'
    for query, is_there in (
        ("q=DEED", 1),
        ("q=trusts+deed", 1),
        ("q=nothing", 0),
        ("folder=Trusts", 1),
        ("tag=signed", 1),
    ):
        assert ("deed.pdf" in text(alice.get(f"{PLACE}?{query}"))) == bool(is_there), query
    assert "deed.pdf" not in text(alice.get(f"{PLACE}?folder=Tru"))
    assert "deed.pdf" in text(alice.get("/?book=1"))


def test_a_large_file_goes_through_many_chunks_and_no_temporary_file(alice, place, monkeypatch):
    made = []
    real = tempfile.NamedTemporaryFile
    monkeypatch.setattr(tempfile, "NamedTemporaryFile", lambda *a, **k: made.append(a) or real(*a, **k))
    monkeypatch.setattr("django.core.files.uploadedfile.tempfile.NamedTemporaryFile", tempfile.NamedTemporaryFile)
    content = (f"{CANARY}\n" * 150_000).encode()
    document = kept(alice, given("long.txt", content, "text/plain"))
    assert b"".join(alice.get(f"{PLACE}{document.pk}/editions/1/?save=1").streaming_content) == content
    assert CANARY in text(alice.get(f"{PLACE}{document.pk}/"))
    assert made == []


def test_nothing_readable_is_stored_anywhere(alice, place, caplog, tmp_path):
    """Rows, the store, the log and temporary files hold neither content nor name, folder or tag."""
    before = {one for one in Path(tempfile.gettempdir()).glob("*") if one.is_file()}
    kept(alice, given(f"{CANARY}.pdf"), folder=CANARY, tags=CANARY)
    secret = CANARY.encode()
    with connection.cursor() as cursor:
        for table in ("crm_document", "crm_edition", "crm_sealedfile", "accounts_trailentry"):
            cursor.execute(f"SELECT coalesce(string_agg({table}::text, ' '), '') FROM {table}")
            row = cursor.fetchone()[0]
            assert CANARY not in row and secret.hex() not in row, table
    assert stored(place) and all(secret not in one.read_bytes() and CANARY not in str(one) for one in stored(place))
    assert CANARY not in caplog.text
    fresh = {one for one in Path(tempfile.gettempdir()).glob("*") if one.is_file()} - before
    assert all(secret not in one.read_bytes() for one in fresh)


def bomb():
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<x/>")
        archive.writestr("word/document.xml", b"0" * 30_000_000)
    return file.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("empty.pdf", b"", "empty.pdf is empty."),
        ("program.exe", b"MZ\x90\0", "only PDF, pictures"),
        ("program.pdf", b"MZ\x90\0", "not what its name says"),
        ("page.html", b"<script>alert(1)</script>", "only PDF, pictures"),
        ("picture.png", b"<svg onload=alert(1)>", "not what its name says"),
        ("plain.txt", b"\0\1\2binary", "not what its name says"),
        ("letter.docx", b"PK\3\4 broken", "not what its name says"),
        ("bomb.docx", bomb(), "not what its name says"),
        ("noending", PDF, "only PDF, pictures"),
    ],
)
def test_what_is_not_taken_is_told_in_one_line_and_nothing_is_stored(alice, place, name, content, words):
    answer = upload(alice, given(name, content))
    assert answer.status_code == 422 and words in text(answer), text(answer)
    assert text(answer).count(words) == 1 and nothing(place)
    by_api = alice.post(API, {"file": given(name, content)})
    assert by_api.status_code == 400 and nothing(place)


def test_a_file_that_is_too_large_is_refused(alice, place, settings):
    settings.DOCUMENT_BYTES = 1024 * 1024
    answer = upload(alice, given("big.pdf", PDF + b"0" * 1024 * 1024))
    assert answer.status_code == 422 and "larger than 1 MB" in text(answer) and nothing(place)


@pytest.mark.parametrize("name", ["../../etc/passwd.pdf", "..\\..\\boot.pdf", "C:\\secret\\deed.pdf", "a\u202efdp.pdf"])
def test_a_name_is_a_name_and_no_place(alice, place, name):
    document = kept(alice, given(name))
    shown = alice.get(f"{API}{document.pk}/").json()["name"]
    assert "/" not in shown and "\\" not in shown and ".." not in shown and "\u202e" not in shown
    assert all(one.parent.parent == place and one.name.isalnum() for one in stored(place))


def test_of_several_files_the_good_ones_are_kept_and_no_name_leaves_the_page(alice):
    """What is told between two pages stands readable in a cookie or in the session's row."""
    answer = upload(alice, given("one.pdf"), given(f"{CANARY}.exe", b"MZ"), given("two.png", PNG))
    page = text(answer)
    assert answer.status_code == 200 and "2 documents are kept." in page and f"{CANARY}.exe: only PDF" in page
    assert Document.unscoped.count() == 2
    by_script = alice.post(
        PLACE,
        {"file": [given("three.pdf"), given(f"{CANARY}.exe", b"MZ")]},
        headers={"X-Requested-With": "XMLHttpRequest"},
    )
    assert by_script.status_code == 200 and f"{CANARY}.exe: only PDF" in by_script.json()["problems"][0]
    for told in (answer, by_script):
        waiting = CookieStorage(told.wsgi_request)._decode(told.cookies["messages"].value) if told.cookies else []
        assert CANARY not in str(waiting) and CANARY not in str(dict(alice.session.items()))
    assert "1 document is kept." in text(alice.get(PLACE))


def test_who_may_have_no_files_sees_none_of_a_text(alice, world, settings):
    """A page that shows the beginning of a file hands it out as well."""
    document = kept(alice, given("list.csv", f"name\n{CANARY}\n".encode(), "text/csv"))
    assert CANARY in text(alice.get(f"{PLACE}{document.pk}/"))
    settings.OPT_OUT_ROLES = ["top"]
    OptOut.unscoped.create(**chosen(world.users["alice"], "full"))
    page = alice.get(f"{PLACE}{document.pk}/")
    assert page.status_code == 200 and "list.csv" in text(page) and CANARY not in text(page)
    assert alice.get(f"{PLACE}{document.pk}/editions/1/").status_code == 403


def test_a_search_says_where_it_ends(alice, monkeypatch):
    monkeypatch.setattr("crm.documents.queries.FOUND", 2)
    for number in range(3):
        kept(alice, given(f"deed{number}.pdf"))
    words = "The first 2 are shown"
    assert words in text(alice.get(PLACE + "?q=deed")) and words not in text(alice.get(PLACE + "?q=deed1"))


def test_a_document_is_renamed_and_replaced_with_history(alice):
    document = kept(alice)
    place = f"{PLACE}{document.pk}/"
    said = {"version": 1, "name": "trust deed.pdf", "folder": "/Trusts//../2026/", "tags": "a,b"}
    assert alice.post(place, said).status_code == 302
    found = alice.get(f"{API}{document.pk}/").json()
    assert (found["name"], found["folder"], found["tags"], found["version"]) == (
        "trust deed.pdf",
        "Trusts/2026",
        ["a", "b"],
        2,
    )
    assert alice.post(place, said).status_code == 409  # the version that was read is gone
    for name in ("a/b.pdf", "deed.exe", "deed.png", "  "):
        assert alice.post(place, {**said, "version": 2, "name": name}).status_code == 422
    assert alice.post(place + "replace/", {"file": given("new.pdf", PDF + b"2")}).status_code == 302
    assert alice.post(place + "replace/", {"file": given("bad.pdf", b"MZ")}).status_code == 422
    assert alice.post(place + "replace/").status_code == 422
    first, second = (alice.get(f"{place}editions/{one}/") for one in (1, 2))
    assert b"".join(first.streaming_content) == PDF and b"".join(second.streaming_content) == PDF + b"2"
    assert alice.get(f"{place}editions/3/").status_code == 404 and Edition.unscoped.count() == 2
    page = text(alice.get(place))
    assert "1. deed.pdf" in page and "2. new.pdf" in page


def test_throwing_away_is_confirmed_and_can_be_undone(alice, place):
    """DOC-1: without the confirmation the document remains."""
    document = kept(alice)
    there = f"{PLACE}{document.pk}/"
    assert "Throw the document away?" in text(alice.get(there + "trash/"))
    assert alice.post(there + "trash/").status_code == 422 and alice.delete(f"{API}{document.pk}/").status_code == 400
    document.refresh_from_db()
    assert document.trashed_at is None
    assert alice.post(there + "trash/", {"confirm": "yes"}).status_code == 302
    assert alice.get(there).status_code == 404 and alice.get(there + "editions/1/").status_code == 404
    assert "deed.pdf" in text(alice.get(PLACE + "?trash=1"))
    assert alice.post(there + "back/").status_code == 302 and alice.get(there).status_code == 200
    assert alice.delete(f"{API}{document.pk}/?confirm=true").status_code == 204
    assert alice.get(there).status_code == 404 and Document.unscoped.get().trashed_at is not None


def test_the_api_does_the_same(alice):
    ana = alice.post("/contacts/new/", {"kind": "person", "first_name": "Ana", "name": "Ruiz"}).url.split("/")[2]
    made = alice.post(API, {"file": given(), "contact": ana, "tags": "x"})
    assert made.status_code == 201, made.content
    place, found = f"{API}{made.json()['id']}/", made.json()
    assert (found["name"], found["contact"], found["tags"], found["size"]) == ("deed.pdf", ana, ["x"], len(PDF))
    assert [one["name"] for one in alice.get(f"{API}?contact={ana}").json()["results"]] == ["deed.pdf"]
    assert alice.get(f"{API}?contact={uuid4()}").json()["results"] == []
    said = json.dumps({"version": 1, "name": "other.pdf", "tags": ["y"]})
    assert alice.put(place, said, content_type="application/json").json()["name"] == "other.pdf"
    assert alice.put(place, said, content_type="application/json").status_code == 409
    newer = alice.post(place + "editions/", {"file": given("new.pdf")})
    assert newer.status_code == 201 and newer.json()["editions"] == 2
    assert [one["number"] for one in alice.get(place + "editions/").json()] == [2, 1]
    assert b"".join(alice.get(place + "editions/2/").streaming_content) == PDF
    assert alice.post(API, {"tags": "x"}).status_code == 400
    assert alice.post(API, {"file": given(), "contact": "nobody"}).status_code == 400
    assert Contact.unscoped.get().pk and "deed.pdf" not in text(alice.get(f"/contacts/{uuid4()}/agenda/"))
    assert "new.pdf" in text(alice.get(f"/contacts/{ana}/agenda/"))


def test_documents_are_the_practices_own(world, browse, alice):
    """DOC-2: the back office is refused, and so is everybody outside the practice; nothing moves."""
    document = kept(alice)
    colleague(world)
    abel = browse("abel")
    let_in(alice, abel, world)
    unlock(abel, OTHER_PASSWORD)
    assert "deed.pdf" in text(abel.get(PLACE))
    places = [f"{PLACE}{document.pk}/", f"{PLACE}{document.pk}/editions/1/", f"{API}{document.pk}/"]
    for name in ("bob", "mallory"):
        other = browse(name)
        begun(other)
        unlock(other, PASSWORD)
        assert "deed.pdf" not in text(other.get(PLACE))
        assert [other.get(one).status_code for one in places] == [404] * 3
        assert other.post(f"{PLACE}{document.pk}/trash/", {"confirm": "yes"}).status_code == 404
        assert other.post(f"{PLACE}{document.pk}/replace/", {"file": given()}).status_code == 404
        assert other.post(f"{PLACE}{document.pk}/back/").status_code == 404
    for name in ("ana", "vera", "olga"):
        assert [browse(name).get(one).status_code for one in (PLACE, *places)] == [403] * 4
    document.refresh_from_db()
    assert (document.version, document.editions, document.trashed_at) == (1, 1, None)


def test_what_was_changed_in_the_store_is_not_handed_out(alice, place):
    document = kept(alice)
    (file,) = stored(place)
    broken = bytearray(file.read_bytes())
    broken[-1] ^= 1
    file.write_bytes(bytes(broken))
    answer = alice.get(f"{PLACE}{document.pk}/editions/1/")
    with pytest.raises(Exception):  # noqa: B017, PT011  (the connection is cut before a byte)
        b"".join(answer.streaming_content)
    Document.unscoped.update(label_sealed=b"x")
    page = text(alice.get(PLACE))
    assert "does not open" in page and "deed.pdf" not in page
    assert alice.get(f"{PLACE}{document.pk}/").status_code == 200


def test_a_store_that_does_not_answer_keeps_nothing(alice, place, settings):
    place.mkdir(exist_ok=True)
    place.chmod(0o700)
    settings.VAULT_FILES_URL = Path("/proc/no-such-place").as_uri()
    answer = upload(alice)
    assert answer.status_code == 422 and "does not answer" in text(answer)
    assert not Document.unscoped.exists()


def test_a_script_is_told_where_to_go_and_leaves_the_words_to_that_page(alice):
    answer = alice.post(PLACE, {"file": given()}, headers={"X-Requested-With": "XMLHttpRequest"})
    assert (answer.status_code, answer.json()) == (200, {"to": PLACE})
    assert "1 document is kept." in text(alice.get(PLACE))
