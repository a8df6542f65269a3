"""One's own mailbox at a real server: connected, looked through, read and put in order, by nobody but its person."""

import re
from email.message import EmailMessage

import pytest
from django.db import connection

from crm.mail import lines
from crm.mail.models import Mailbox
from crm.vault.models import Member
from tests.crm.mail.servers import ADDRESS, PASSWORD
from tests.crm.vault.people import begun, colleague, let_in, unlock


def written(subject, body="Good morning.", sender="Ana Ruiz <ana@example.org>", **more):
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, ADDRESS, subject
    mail["Date"], mail["Message-ID"] = "Mon, 29 Sep 2025 09:30:00 +0000", f"<{abs(hash(subject))}@example.org>"
    for name, value in more.items():
        mail[name] = value
    mail.set_content(body)
    return mail


def html_of(answer):
    return answer.content.decode()


def links(answer):
    return re.findall(r'href="(/email/mails/[^"]+)"', html_of(answer))


def test_a_mailbox_is_tried_out_and_kept_sealed(connected, reached):
    """Neither address, user name nor password stands in the row, and the page gives no password back."""
    mailbox = Mailbox.unscoped.get()
    assert (mailbox.imap_host, mailbox.imap_port) == ("127.0.0.1", int(reached["imap_port"]))
    with connection.cursor() as cursor:
        cursor.execute("SELECT crm_mailbox::text FROM crm_mailbox")
        row = cursor.fetchone()[0]
    for word in (ADDRESS, PASSWORD, "Northgate"):
        assert word not in row and word.encode().hex() not in row
    page = html_of(connected.get("/email/box/"))
    assert ADDRESS in page and PASSWORD not in page

    # Another name keeps the password; another server wants it again, so that it is told to nobody else.
    assert connected.post("/email/box/", {**reached, "name": "A. Northgate", "password": ""}).status_code == 302
    moved = connected.post("/email/box/", {**reached, "imap_host": "localhost", "password": ""})
    assert moved.status_code == 422 and "Enter the password again" in html_of(moved)
    said = connected.get("/api/v1/email/box/").json()
    assert (said["name"], "password" in said) == ("A. Northgate", False)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"password": "wrong"}, "does not know this user name and password"),
        ({"imap_port": "1"}, "takes no calls at this port"),
        ({"imap_host": "nobody.invalid"}, "leads nowhere"),
        ({"imap_host": "127.0.0.1\r\nA1 DELETE INBOX"}, "Enter the name of a server"),
        ({"username": "alice\r\nA1 LOGOUT", "password": "x\r\ny"}, "no password that a mail server takes"),
        ({"address": "alice@northgate.example\r\nBcc: x@y.z"}, "Enter an e-mail address"),
        ({"smtp_port": "0"}, "Only the encrypted port is spoken to"),
    ],
)
def test_what_does_not_work_is_said_and_not_kept(alice, reached, said, words):
    answer = alice.post("/email/box/", {**reached, **said})
    assert answer.status_code == 422 and words in html_of(answer)
    assert not Mailbox.unscoped.exists() and PASSWORD not in html_of(answer)


def test_a_certificate_of_nobody_we_know_gets_no_password(alice, reached, monkeypatch):
    monkeypatch.delenv("SSL_CERT_FILE")
    answer = alice.post("/email/box/", reached)
    assert answer.status_code == 422 and "shows a certificate that is not its own" in html_of(answer)
    assert not Mailbox.unscoped.exists()


def test_mails_are_listed_searched_and_read(connected, imap):
    for turn in range(33):
        imap.deliver(written(f"News {turn}").as_bytes())
    imap.deliver(written("Шляпа и перчатки", "Где моя шляпа?").as_bytes())
    first = connected.get("/email/")
    assert "34 mails" in html_of(first) and len(links(first)) == 30 and "Шляпа и перчатки" in html_of(first)
    second = html_of(connected.get("/email/?page=2"))
    assert "Page 2 of 2" in second and "News 0" in second and "News 30" not in second
    found = connected.get("/email/", {"q": "шляпа"})
    assert len(links(found)) == 1
    # What looks like a command is looked for like any words.
    hostile = connected.get("/email/", {"q": 'x" )\r\nA9 DELETE "Sent'})
    assert "No mail matches" in html_of(hostile) and "Sent" in html_of(connected.get("/email/"))

    page = html_of(connected.get(links(found)[0]))
    assert "Где моя шляпа?" in page and "Ana Ruiz &lt;ana@example.org&gt;" in page
    unread = connected.get("/email/", {"unread": "1"})
    assert "33 mails" in html_of(unread)
    # Without a folder it is the inbox; what is done with mails leads back to the page and search one was at.
    there = links(found)[0].partition("?")[0]
    assert connected.get(there).status_code == 200
    marked = {"mail": there.split("/")[3], "do": "unread", "page": "2", "q": "шляпа"}
    back = connected.post("/email/several/", marked).url
    assert "folder=INBOX" in back and "page=2" in back and len(links(connected.get(back))) == 1


def test_a_server_may_take_its_time_to_look_for_words(connected, imap, monkeypatch):
    """Without an index it reads every mail of the folder; any other answer has six seconds."""
    imap.deliver(written("News").as_bytes())
    waited, waits = [], lines.Box.waits
    monkeypatch.setattr(lines.Box, "waits", lambda box, seconds: waited.append(seconds) or waits(box, seconds))
    assert len(links(connected.get("/email/?q=news"))) == 1 and waited == [40, 6]
    assert len(links(connected.get("/email/"))) == 1 and waited == [40, 6]


def test_mails_are_marked_and_go_to_the_trash_and_nobody_elses_with_them(connected, imap):
    for turn in range(3):
        imap.deliver(written(f"News {turn}").as_bytes())
    keys = [one.split("/")[3] for one in links(connected.get("/email/"))]
    connected.post("/email/several/", {"folder": "INBOX", "mail": keys[:2], "do": "read"})
    assert (
        "1 mail<" in html_of(connected.get("/email/?unread=1")).replace("\n", "").replace(" ", " ")
        or len(links(connected.get("/email/?unread=1"))) == 1
    )
    connected.post("/email/several/", {"folder": "INBOX", "mail": keys[:1], "do": "unread"})
    assert len(links(connected.get("/email/?unread=1"))) == 2

    connected.post("/email/several/", {"folder": "INBOX", "mail": keys[:1], "do": "trash"})
    assert len(imap.files()) == 2 and len(imap.files(".Trash")) == 1
    assert len(links(connected.get("/email/?folder=Trash"))) == 1
    # A key of another time of the folder, or of another folder, is not there.
    gone = connected.post("/email/several/", {"folder": "INBOX", "mail": ["1-1"], "do": "trash"})
    assert gone.status_code == 404 and len(imap.files()) == 2
    assert connected.get(f"/email/mails/{keys[0]}/?folder=INBOX").status_code == 404
    assert connected.get("/email/?folder=Nowhere").status_code == 404


def test_a_file_is_saved_and_never_shown(connected, imap, settings):
    mail = written("With a paper")
    mail.add_attachment(b"<script>1</script>", maintype="text", subtype="html", filename='../../e"vil\u202efdp.html')
    imap.deliver(mail.as_bytes())
    (link,) = links(connected.get("/email/"))
    page = html_of(connected.get(link))
    (there,) = re.findall(r'href="(/email/mails/[^"]+/files/\d+/[^"]*)"', page)
    answer = connected.get(there)
    assert answer.content == b"<script>1</script>" and answer["Content-Type"] == "application/octet-stream"
    told = answer["Content-Disposition"]
    assert told.startswith("attachment") and "/" not in told.replace("utf-8''", "") and "\u202e" not in told
    assert "sandbox" in answer["Content-Security-Policy"]

    settings.DOCUMENT_SCANNER = "command:false"  # finds malware in everything
    refused = connected.get(there, follow=True)
    assert "malware" in html_of(refused) and b"<script>1" not in refused.content


def test_the_api_does_the_same(connected, imap):
    imap.deliver(written("Over the wire").as_bytes())
    found = connected.get("/api/v1/email/mails/").json()
    (line,) = found["results"]
    assert (line["subject"], line["is_read"], found["total"]) == ("Over the wire", False, 1)
    there = f"/api/v1/email/mails/{line['id']}/"
    assert connected.get(there).json()["content"]["text"] == "Good morning."
    assert not connected.get("/api/v1/email/mails/").json()["results"][0]["is_read"]
    assert connected.patch(there, {"is_read": True}, content_type="application/json").status_code == 200
    assert connected.get("/api/v1/email/mails/").json()["results"][0]["is_read"]
    assert connected.delete(there).status_code == 204 and len(imap.files(".Trash")) == 1
    assert connected.delete("/api/v1/email/box/").status_code == 204 and not Mailbox.unscoped.exists()


def test_nobody_else_comes_near(connected, imap, world, browse, client, as_role):
    """Locked, a colleague in the same book, a sibling advisor, a client, nobody, the back office, and who has left."""
    imap.deliver(written("For Alice alone").as_bytes())
    (link,) = links(connected.get("/email/"))
    assert client.get("/email/").status_code in (302, 404)
    before = imap.files()
    colleague(world)
    abel = browse("abel")
    let_in(connected, abel, world)
    unlock(abel, "wandering otters prefer rain")
    unlock(connected)
    bob = browse("bob")
    begun(bob)
    unlock(bob)
    for other in (abel, bob):
        assert "No mailbox is connected" in html_of(other.get("/email/"))
        assert other.get(link).status_code == 404
        assert other.post("/email/box/let-go/").status_code == 404
        assert other.delete("/api/v1/email/box/").status_code == 404
        assert other.post("/email/several/", {"folder": "INBOX", "mail": ["1-1"], "do": "trash"}).status_code == 404
    for name in ("ana", "olga"):
        assert browse(name).get("/email/").status_code in (403, 404)
    assert Mailbox.unscoped.count() == 1 and imap.files() == before
    with as_role("portal_office"), connection.cursor() as cursor:
        cursor.execute("SELECT has_table_privilege('crm_mailbox', 'SELECT')")
        assert cursor.fetchone() == (False,)

    connected.post("/lock/")
    locked = connected.get("/email/")
    assert locked.status_code == 403 and "For Alice alone" not in html_of(locked)
    # Whoever leaves the book leaves no password behind.
    Member.unscoped.filter(user=world.users["alice"]).update(state="left")
    assert not Mailbox.unscoped.exists()
