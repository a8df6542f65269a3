"""How much a visitor may send, before anybody asks who it is."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from portal.uploads import MEGA, USUAL
from tests.crm.vault.people import begun, unlock

PLACES = ("/documents/", "/api/v1/documents/", "/messages/new/", "/contacts/import/", "/email/write/")


def file(size):
    return SimpleUploadedFile("deed.pdf", b"%PDF-1.4" + b"0" * size, "application/pdf")


@pytest.mark.parametrize("place", PLACES)
def test_a_stranger_fills_no_memory(client, world, settings, place):
    """Forms are read before anybody knows who sent them; what is larger than usual is read of known people alone."""
    client.cookies[settings.SESSION_COOKIE_NAME] = "made-up"
    client.cookies[settings.VAULT_COOKIE_NAME] = "made-up"
    for place_of in (place, place + "?x=1"):
        assert client.post(place_of, {"file": file(USUAL)}).status_code == 400
    assert client.post(place, {"file": file(MEGA)}).status_code != 400


def test_who_is_known_sends_more_and_documents_with_an_open_book_alone(world, browse, settings, tmp_path):
    settings.VAULT_FILES_URL = (tmp_path / "vault").as_uri()
    alice = browse("alice")
    begun(alice)
    assert alice.post("/documents/", {"file": file(USUAL)}).status_code == 400
    unlock(alice)
    assert alice.post("/documents/", {"file": file(USUAL)}).status_code == 302
    assert alice.post("/messages/new/", {"file": file(USUAL)}).status_code != 400
