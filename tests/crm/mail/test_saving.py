"""A file of a mail becomes a document of the contact: by the rules of an upload, and of one's own mail alone."""

import json
import re

import pytest

from crm.documents.models import Document, Edition
from tests.crm.contacts.test_contacts import added
from tests.crm.documents.test_documents import CANARY, PDF
from tests.crm.mail.test_reading import html_of, links, written
from tests.crm.vault.people import begun, unlock


@pytest.fixture
def place(settings, tmp_path):
    settings.VAULT_FILES_URL = (tmp_path / "vault").as_uri()
    return tmp_path / "vault"


def test_a_file_is_kept_with_its_contact_sealed_and_looked_through(connected, imap, place, settings, browse):
    ana = added(connected, email="ana@example.org")
    other = added(connected, first_name="Anna", name="Ruiz-Lopez", email="ana@example.org")
    mail = written("The deed")
    mail.add_attachment(PDF, maintype="application", subtype="pdf", filename="deed.pdf")
    mail.add_attachment(b"MZ\x90", maintype="application", subtype="octet-stream", filename="run.exe")
    imap.deliver(mail.as_bytes())
    (link,) = links(connected.get("/email/"))
    page = html_of(connected.get(link))
    good, bad = re.findall(r'action="(/email/mails/[^"]+/document/)"', page)
    assert page.count(f'<option value="{other.pk}">') == 2

    settings.DOCUMENT_SCANNER = "command:false"
    refused = connected.post(good, {"folder": "INBOX", "contact": str(ana.pk)})
    assert refused.status_code == 422 and "malware" in html_of(refused)
    settings.DOCUMENT_SCANNER = "command:true"
    wrong = connected.post(bad, {"folder": "INBOX", "contact": str(ana.pk)})
    assert wrong.status_code == 422 and "run.exe" in html_of(wrong)
    nobody = connected.post(good, {"folder": "INBOX", "contact": "no such person"})
    assert nobody.status_code == 422 and not Document.unscoped.exists()

    answer = connected.post(good, {"folder": "INBOX", "contact": str(ana.pk)})
    document = Document.unscoped.get()
    assert answer.url == f"/documents/{document.pk}/" and document.contact_id == ana.pk
    assert Edition.unscoped.get().scan == "clean" and "deed.pdf" in html_of(connected.get(answer.url))
    assert not any(CANARY.encode() in one.read_bytes() for one in place.rglob("*") if one.is_file())

    said = json.dumps({"contact": str(other.pk)})
    made = connected.post(f"/api/v1{good}?folder=INBOX", said, content_type="application/json")
    assert made.status_code == 201, made.content
    assert Document.unscoped.filter(contact=other).count() == 1
    assert connected.post(f"/api/v1{bad}", "{}", content_type="application/json").status_code == 400

    bob = browse("bob")
    begun(bob)
    unlock(bob)
    for who in (bob, browse("alice"), browse("ana"), browse("olga"), browse("")):
        for address in (good, f"/api/v1{good}"):
            assert who.post(address, "{}", content_type="application/json").status_code in (302, 401, 403, 404)
    assert bob.post(good, {"folder": "INBOX"}).status_code == 404
    assert Document.unscoped.count() == 2
