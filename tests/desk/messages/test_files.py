"""Files that come with messages: which are taken, who gets them, and that a browser only saves them."""

import io
import zipfile
from uuid import uuid4

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from django.test import override_settings

from accounts.desk.messages.files import LARGEST
from accounts.desk.messages.models import Attachment, Message, Thread
from accounts.ground.access.context import enter
from portal.lib.filekinds import clean_name

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.7\n1 0 obj\n"


@pytest.fixture(autouse=True)
def storage(tmp_path):
    where = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path)}}
    static = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    with override_settings(STORAGES={"default": where, "staticfiles": static}):
        yield tmp_path


def office(*names, inside=b"text"):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("[Content_Types].xml", *names):
            archive.writestr(name, inside)
    return packed.getvalue()


def send(browse, name, *files, address="/messages/new/"):
    said = {"account": "U2000001", "subject": "Files", "body": "See below", "key": str(uuid4())}
    return browse(name).post(address, {**said, "files": [SimpleUploadedFile(*one) for one in files]})


def test_a_file_is_handed_out_to_both_sides_to_be_saved(world, browse, storage):
    assert (
        send(browse, "chidi", ("../../Trust deed.pdf", PDF), ("a.xlsx", office("xl/workbook.xml"))).status_code == 302
    )
    deed = Attachment.unscoped.get(name="Trust deed.pdf")
    address = f"/messages/{deed.thread_id}/files/{deed.pk}/"

    for name in ("chidi", "bob"):
        answer = browse(name).get(address)
        assert b"".join(answer.streaming_content) == PDF
        assert answer["Content-Disposition"] == 'attachment; filename="Trust deed.pdf"'
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer["Content-Security-Policy"]
        assert answer["Cache-Control"] == "private, no-store"
        assert "Trust deed.pdf" in browse(name).get(f"/messages/{deed.thread_id}/").content.decode()
        assert browse(name).get(f"/api/v1{address}").status_code == 200
    assert sorted(path.suffix for path in storage.rglob("*") if path.is_file()) == ["", ""]


@pytest.mark.parametrize("name", ["alice", "carol", "ana", "ken", "mallory", "sam", "vera"])
def test_nobody_else_gets_it(world, browse, name):
    send(browse, "chidi", ("a.pdf", PDF))
    file = Attachment.unscoped.get()

    assert browse(name).get(f"/messages/{file.thread_id}/files/{file.pk}/").status_code == 404
    assert browse(name).get(f"/api/v1/messages/{file.thread_id}/files/{file.pk}/").status_code == 404


def test_a_file_answers_only_in_its_own_conversation(world, browse):
    send(browse, "chidi", ("a.pdf", PDF))
    send(browse, "chidi")
    file = Attachment.unscoped.get()
    other = Thread.unscoped.exclude(pk=file.thread_id).get()

    assert browse("chidi").get(f"/messages/{other.pk}/files/{file.pk}/").status_code == 404


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("page.html", b"<script>alert(1)</script>"),
        ("drawing.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        ("run.exe", b"MZ"),
        ("not.pdf", b"<html>"),
        ("not.png", b"%PDF-1.7"),
        ("noname", PDF),
        ("empty.pdf", b""),
        ("null.txt", b"a\0b"),
        ("latin.csv", "name;Jürgen".encode("latin-1")),
        ("plain.docx", b"PK\x03\x04 nothing"),
        ("macro.docx", office("word/document.xml", "word/vbaProject.bin")),
        ("climbs.xlsx", office("xl/workbook.xml", "../../etc/cron.d/x")),
        ("bomb.xlsx", office("xl/workbook.xml", inside=b"0" * 30_000_000)),
        ("sheet.docx", office("xl/workbook.xml")),
        ("large.pdf", PDF + b"0" * LARGEST),
    ],
)
def test_what_is_not_taken_sends_nothing(world, browse, storage, name, content):
    answer = send(browse, "chidi", ("good.pdf", PDF), (name, content))

    assert answer.status_code == 422
    assert (Thread.unscoped.count(), Message.unscoped.count(), Attachment.unscoped.count()) == (0, 0, 0)
    assert not any(path.is_file() for path in storage.rglob("*"))


def test_not_too_many_and_not_too_much(world, browse):
    assert send(browse, "chidi", *[(f"{place}.pdf", PDF) for place in range(6)]).status_code == 422
    together = [(f"{place}.pdf", PDF + b"0" * (7 * 1024 * 1024)) for place in range(3)]
    assert send(browse, "chidi", *together).status_code == 422
    assert not Message.unscoped.exists()


def test_a_program_sends_and_fetches_files_as_well(world, browse):
    send(browse, "chidi")
    thread = Thread.unscoped.get()
    said = {"body": "Here", "files": [SimpleUploadedFile("a.csv", b"a,b\n1,2\n")]}
    answer = browse("bob").post(f"/api/v1/messages/{thread.pk}/", said)

    assert answer.status_code == 201
    (file,) = answer.json()["messages"][-1]["files"]
    assert (file["name"], file["kind"], file["size"]) == ("a.csv", "text/csv", 8)
    bad = {"body": "Here", "files": [SimpleUploadedFile("a.html", b"<p>")]}
    assert browse("bob").post(f"/api/v1/messages/{thread.pk}/", bad).status_code == 400
    assert Attachment.unscoped.count() == 1


def test_the_database_alone_lets_nobody_hang_a_file_on_anothers_message(world, browse, as_role):
    send(browse, "chidi", ("a.pdf", PDF))
    file = Attachment.unscoped.get()
    for name, seen in (("chidi", 1), ("bob", 1), ("alice", 0), ("carol", 0), ("mallory", 0)):
        with as_role("portal_web"):
            enter(world.users[name].pk)
            assert Attachment.unscoped.count() == seen, name
            if name == "chidi":
                continue
            with pytest.raises(DatabaseError), transaction.atomic():
                Attachment.unscoped.create(
                    firm_id=file.firm_id,
                    practice_id=file.practice_id,
                    account_id=file.account_id,
                    thread_id=file.thread_id,
                    message_id=file.message_id,
                    name="forged.pdf",
                    kind="application/pdf",
                    size=1,
                    sha256="0" * 64,
                )


def test_a_file_that_is_gone_is_not_there(world, browse):
    send(browse, "chidi", ("a.pdf", PDF))
    file = Attachment.unscoped.get()
    default_storage.delete(file.place)
    assert browse("bob").get(f"/messages/{file.thread_id}/files/{file.pk}/").status_code == 404


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("C:\\Users\\me\\a.pdf", "a.pdf"),
        ("../../.bashrc", "bashrc"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("a\r\nSet-Cookie: x.pdf", "a Set-Cookie: x.pdf"),
        ("x" * 300 + ".pdf", "x" * 100 + ".pdf"),
        ("", "file"),
    ],
)
def test_a_name_is_a_name_and_nothing_else(typed, kept):
    assert clean_name(typed) == kept
