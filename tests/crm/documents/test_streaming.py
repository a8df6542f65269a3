"""A document on its way into the vault never stands whole in memory, and never readable on a disk."""

import io
import tempfile
import tracemalloc
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from crm.documents.models import Edition
from crm.documents.rules import DocumentProblem, judged
from crm.vault import spool as spooling
from crm.vault.spool import SEGMENT, Spool
from portal.lib.filekinds import MEGA, pieces_of
from portal.uploads import most_for
from tests.crm.vault.people import begun, unlock


def spooled(pieces):
    spool = Spool()
    for piece in pieces:
        spool.take(piece)
    spool.end()
    return io.BufferedReader(spool)


def pdf(megas):
    """A PDF by its first bytes, a quarter of a mega at a time."""
    yield b"%PDF-1.7\n"
    for number in range(megas * 4):
        yield bytes([number % 256]) * (MEGA // 4)


def test_it_is_read_as_it_was_taken_from_anywhere():
    content = bytes(range(256)) * (3 * SEGMENT // 256) + b"the end"
    file = spooled(content[at : at + 77_777] for at in range(0, len(content), 77_777))
    assert b"".join(pieces_of(file)) == content
    for begin, length in ((0, 1), (SEGMENT - 3, 10), (2 * SEGMENT, 5), (len(content) - 4, 100), (len(content), 3)):
        file.seek(begin)
        assert file.read(length) == content[begin : begin + length]
    assert (file.seek(0, io.SEEK_END), file.read(1)) == (len(content), b"")


@pytest.mark.parametrize("size", [0, 1, SEGMENT - 1, SEGMENT, SEGMENT + 1])
def test_every_length_is_told(size):
    file = spooled([b"x" * size])
    assert file.seek(0, io.SEEK_END) == size
    assert sum(map(len, pieces_of(file))) == size


def test_what_lies_on_the_disk_says_nothing(monkeypatch):
    disk = tempfile.TemporaryFile()  # noqa: SIM115 (the spool closes it)
    monkeypatch.setattr(spooling, "TemporaryFile", lambda: disk)
    file = spooled([b"Quillmarsh divorce settlement " * 1000])
    disk.seek(0)
    assert b"Quillmarsh" not in disk.read() and b"Quillmarsh" in file.read()
    file.close()
    assert disk.closed


def test_a_large_document_is_judged_and_read_with_a_few_megas_of_memory():
    """Sixty-four megabytes and two hundred pass the same loop; the peak is that of one segment."""
    tracemalloc.start()
    try:
        file = spooled(pdf(64))
        assert judged("deed.pdf", file, most=200 * MEGA) == ("deed.pdf", "application/pdf", 64 * MEGA + 9)
        assert sum(map(len, pieces_of(file))) == 64 * MEGA + 9
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 8 * MEGA


def test_kinds_are_judged_from_the_file_itself():
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("[Content_Types].xml", "<Types/>")
        packed.writestr("word/document.xml", "x" * 200_000)
    assert judged("a.docx", spooled([archive.getvalue()]), most=MEGA)[1].endswith("wordprocessingml.document")
    # A letter of three bytes that is cut between two pieces is still one letter.
    assert judged("a.txt", spooled(["€".encode() * 50_000]), most=MEGA)[1] == "text/plain"
    for name, content in (("a.txt", b"a\x00b"), ("a.txt", b"\xff\xfe"), ("a.docx", b"PK nonsense"), ("a.pdf", b"MZ")):
        with pytest.raises(DocumentProblem):
            judged(name, spooled([content]), most=MEGA)


def test_an_upload_goes_through_the_spool(world, browse, settings, tmp_path, monkeypatch):
    settings.VAULT_FILES_URL = (tmp_path / "vault").as_uri()
    made = []

    class Watched(Spool):
        def __init__(self):
            super().__init__()
            made.append(self)

    monkeypatch.setattr("portal.uploads.Spool", Watched)
    alice = browse("alice")
    begun(alice)
    unlock(alice)
    content = b"%PDF-1.4\n" + b"0123456789" * 300_000

    answer = alice.post("/documents/", {"file": SimpleUploadedFile("deed.pdf", content, "application/pdf")})

    assert answer.status_code == 302 and len(made) == 1
    edition = Edition.unscoped.get()
    saved = alice.get(f"/documents/{edition.document_id}/editions/{edition.number}/?save=1")
    assert saved.status_code == 200 and b"".join(saved.streaming_content) == content


def test_a_raised_limit_is_a_larger_request(world, browse, settings, tmp_path):
    """What an installation takes as a document is what its pages take as a request."""
    settings.DOCUMENT_BYTES = 200 * MEGA
    alice = browse("alice")
    begun(alice)
    unlock(alice)
    request = alice.get("/documents/").wsgi_request
    assert most_for(request) == 201 * MEGA
