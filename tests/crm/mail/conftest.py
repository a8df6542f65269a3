"""Servers for the tests of one's own mail, and Alice with her client book unlocked and her mailbox connected."""

import ssl

import pytest

from crm.mail import lines
from tests.crm.mail.servers import ADDRESS, PASSWORD, Imap, Smtp, certify, why_no_dovecot
from tests.crm.vault.people import begun, unlock


@pytest.fixture(scope="session")
def imap():
    """One Dovecot for all tests of a process."""
    if reason := why_no_dovecot():
        pytest.skip(reason)
    server = Imap()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    """Where the certificates lie that need no Dovecot."""
    folder = tmp_path_factory.mktemp("authority")
    certify(folder)
    return folder


@pytest.fixture
def smtp(imap):
    """Servers that send: one with STARTTLS, which also stands for the other one."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(imap.place / "server.pem", imap.place / "server.key")
    server = Smtp(context, starttls=True)
    yield server
    server.stop()


@pytest.fixture
def reached(imap, smtp, settings, monkeypatch):
    """What a form says to reach both; the machine's loopback counts as a network of one's own."""
    imap.empty()
    settings.MAIL_NETWORKS = ["127.0.0.0/8"]
    monkeypatch.setenv("SSL_CERT_FILE", str(imap.place / "ca.pem"))
    monkeypatch.setattr(lines, "BEGIN_PLAIN", {smtp.port})
    return {
        "address": ADDRESS,
        "name": "Alice Northgate",
        "username": "",
        "password": PASSWORD,
        "imap_host": "127.0.0.1",
        "imap_port": str(imap.port),
        "smtp_host": "127.0.0.1",
        "smtp_port": str(smtp.port),
    }


@pytest.fixture
def alice(world, browse):
    """Her client book is unlocked."""
    browser = browse("alice")
    begun(browser)
    unlock(browser)
    return browser


@pytest.fixture
def connected(alice, reached):
    """Alice, whose mailbox is connected."""
    answer = alice.post("/email/box/", reached)
    assert answer.status_code == 302, answer.content.decode()
    return alice
