"""A scanner of malware looks before anything is kept; one that does not answer keeps nothing and is asked once."""

import socket
import struct
import threading
from time import monotonic, sleep

import pytest

from crm.documents.models import Edition
from tests.crm.documents.test_documents import PDF, alice, given, nothing, place, text, upload

__all__ = ["alice", "place"]


@pytest.mark.parametrize(
    ("line", "status"),
    [("sh -c 'cat >/dev/null'", 302), ("sh -c 'exit 1'", 422), ("sh -c 'exit 2'", 422), ("/no/such", 422)],
)
def test_a_command_scans_before_anything_is_kept(alice, place, settings, line, status):
    settings.DOCUMENT_SCANNER = f"command:{line}"
    answer = upload(alice)
    assert answer.status_code == status
    if status == 302:
        assert Edition.unscoped.get().scan == "clean"
    else:
        assert ("malware" in text(answer)) and nothing(place)


@pytest.mark.parametrize(("said", "status"), [(b"stream: OK\0", 302), (b"stream: Eicar FOUND\0", 422), (b"?\0", 422)])
def test_clamd_scans_behind_its_socket(alice, place, settings, said, status):
    server = socket.create_server(("127.0.0.1", 0))
    seen = []

    def clamd():
        line, _address = server.accept()
        with line, line.makefile("rb") as words:
            assert words.read(10) == b"zINSTREAM\0"
            while size := struct.unpack("!I", words.read(4))[0]:
                seen.append(words.read(size))
            line.sendall(said)

    thread = threading.Thread(target=clamd)
    thread.start()
    settings.DOCUMENT_SCANNER = f"clamd://127.0.0.1:{server.getsockname()[1]}"
    assert upload(alice).status_code == status
    thread.join(5)
    server.close()
    assert b"".join(seen) == PDF and nothing(place) == (status == 422)


def test_a_scanner_that_does_not_answer_is_asked_once(alice, place, settings):
    settings.DOCUMENT_SCANNER = "command:/no/such"
    page = text(upload(alice, given("one.pdf"), given("two.pdf"), given("three.pdf")))
    assert page.count("does not answer") == 1 and nothing(place)


def test_clamd_that_hangs_is_waited_for_once(alice, place, settings, monkeypatch):
    """The whole look has one end, however slowly the scanner takes the pieces."""
    monkeypatch.setattr("crm.documents.scanning.SECONDS", 1)
    server = socket.create_server(("127.0.0.1", 0))
    line = []
    thread = threading.Thread(target=lambda: line.append(slowly(server)))
    thread.start()
    settings.DOCUMENT_SCANNER = f"clamd://127.0.0.1:{server.getsockname()[1]}"
    began = monotonic()
    answer = upload(alice, given("big.pdf", PDF + b"0" * 4 * 1024 * 1024))
    assert answer.status_code == 422 and "does not answer" in text(answer) and monotonic() - began < 4
    server.close()
    thread.join(10)
    assert nothing(place)


def slowly(server):
    """Takes a little every half second, for as long as the other side sends."""
    line, _address = server.accept()
    with line:
        while line.recv(256 * 1024):
            sleep(0.5)
