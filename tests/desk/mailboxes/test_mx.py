"""The check of MX records: against a real name server on this machine that answers, refuses or stays silent."""

import socket
import threading

import dns.message
import dns.rcode
import dns.rrset
import pytest

from accounts.desk.mailboxes import mx
from accounts.desk.mailboxes.mx import Record, Verdict


class NameServer:
    """Answers each question as it was told to, or not at all."""

    def __init__(self):
        self.answer, self.asked = None, []
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self.socket.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                wire, sender = self.socket.recvfrom(4096)
            except OSError:
                return
            question = dns.message.from_wire(wire)
            self.asked.append(question.question[0].to_text())
            if self.answer is not None:
                self.socket.sendto(self.answer(question), sender)


def records(*lines):
    def answer(question):
        told = dns.message.make_response(question)
        told.answer.append(dns.rrset.from_text(question.question[0].name, 300, "IN", "MX", *lines))
        return told.to_wire()

    return answer


def failing(code):
    def answer(question):
        told = dns.message.make_response(question)
        told.set_rcode(code)
        return told.to_wire()

    return answer


@pytest.fixture
def names(settings, monkeypatch):
    server = NameServer()
    settings.MAILBOX_DNS, settings.MAILBOX_MX = [server.address], ["10 mx1.emailsrvr.com", "20 mx2.emailsrvr.com"]
    monkeypatch.setattr(mx, "SECONDS", 1)
    yield server
    server.socket.close()


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        (records("10 mx1.emailsrvr.com.", "20 MX2.emailsrvr.com."), Verdict.RIGHT),
        (records("10 mx1.emailsrvr.com.", "5 mail.elsewhere.org."), Verdict.OTHER),
        (failing(dns.rcode.NXDOMAIN), Verdict.MISSING),
        (lambda question: dns.message.make_response(question).to_wire(), Verdict.MISSING),
        (failing(dns.rcode.SERVFAIL), Verdict.UNKNOWN),
        (lambda question: b"\x00\x01", Verdict.UNKNOWN),
        (None, Verdict.UNKNOWN),
    ],
)
def test_what_name_servers_tell(names, answer, verdict):
    """Right, other, missing, or could not be asked; never an error."""
    names.answer = answer
    assert mx.look_up("northgate.com").verdict == verdict


def test_a_minute_is_remembered_and_only_the_domain_is_asked(names):
    """Clicking often asks once, and nothing that an answer names is asked or connected to."""
    names.answer = records("10 127.0.0.1.", "20 internal.host.")
    found = [mx.look_up("northgate.com") for _click in range(3)]
    assert found[0].found == (Record(10, "127.0.0.1"), Record(20, "internal.host"))
    assert names.asked == ["northgate.com. IN MX"]


def test_the_page_says_the_records_and_what_was_found(boxes, browse, names):
    mailbox = boxes.one()
    alice, page = browse("alice"), f"/email/mailboxes/{mailbox.pk}/check/"
    shown = alice.get(page).content.decode()
    assert "mx1.emailsrvr.com" in shown and "northgate.com" in shown and not names.asked
    names.answer = records("10 mx1.emailsrvr.com.", "20 mx2.emailsrvr.com.")
    assert "as they should be" in alice.post(page).content.decode()
    assert "your domain" in alice.get("/email/mailboxes/mx/").content.decode()


def test_servers_that_cannot_be_asked_are_said_so(boxes, browse):
    mailbox = boxes.one()
    answer = browse("alice").post(f"/email/mailboxes/{mailbox.pk}/check/")
    assert answer.status_code == 200 and "could not be asked" in answer.content.decode()
