"""Writing from one's own mailbox: it leaves once, whole and to whom it is meant, with a copy among the sent ones."""

from email import message_from_bytes, policy
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from crm.mail import lines, visits
from crm.mail.rules import Access, ServerProblem
from crm.mail.writing import Letter, looked_through
from crm.vault.spool import Spool
from tests.crm.mail.servers import ADDRESS
from tests.crm.mail.test_reading import html_of, links, written

WRITE = "/email/write/"


def said(**more):
    return {"key": str(uuid4()), "to": "ana@example.org", "subject": "Hello", "body": "Good morning.", **more}


def read(raw):
    return message_from_bytes(raw, policy=policy.default)


def test_a_mail_leaves_once_with_its_files_and_lies_among_the_sent_ones(connected, imap, smtp):
    files = [SimpleUploadedFile("fees 2025.pdf", b"%PDF-1.4 x"), SimpleUploadedFile("..\\..\\a.html", b"<b>x</b>")]
    mail = said(to="Ana Ruiz <ana@example.org>; bo@example.org", bcc="cy@example.org", subject="Шляпа", file=files)
    first = connected.post(WRITE, mail)
    assert first.status_code == 302, html_of(first)
    again = connected.post(WRITE, {**mail, "file": []})
    assert again.status_code == 422 and "was sent already" in html_of(again)

    ((sender, people, raw),) = smtp.taken.mails
    assert (sender, people) == (ADDRESS, ["ana@example.org", "bo@example.org", "cy@example.org"])
    mail = read(raw)
    assert (mail["Subject"], mail["From"]) == ("Шляпа", f"Alice Northgate <{ADDRESS}>")
    assert "bo@example.org" in mail["To"] and mail["Bcc"] is None and b"cy@example.org" not in raw
    assert mail.get_body().get_content().strip() == "Good morning."
    paper, page = mail.iter_attachments()
    assert (paper.get_filename(), paper.get_content_type()) == ("fees 2025.pdf", "application/pdf")
    assert "\\" not in page.get_filename() and page.get_content_type() == "application/octet-stream"
    (copy,) = imap.files(".Sent")
    assert read(copy)["Message-ID"] == mail["Message-ID"]


def test_a_reply_goes_back_to_all_with_what_it_answers(connected, imap, smtp):
    mail = written(
        "Your fee", body="How much is it?", Cc=f"bo@example.org, {ADDRESS}", References="<first@example.org>"
    )
    imap.deliver(mail.as_bytes())
    (link,) = links(connected.get("/email/"))
    key = link.split("/")[3]
    page = html_of(connected.get(f"{WRITE}?kind=reply_all&mail={key}&folder=INBOX"))
    assert "Re: Your fee" in page and "&gt; How much is it?" in page
    assert 'value="Ana Ruiz &lt;ana@example.org&gt;"' in page and 'value="bo@example.org"' in page

    begun = {"kind": "reply_all", "mail": key, "folder": "INBOX", "in_reply_to": mail["Message-ID"], "subject": "Re: x"}
    connected.post(WRITE, said(**begun, references=f"<first@example.org> {mail['Message-ID']}"))
    ((_sender, _people, raw),) = smtp.taken.mails
    assert read(raw)["In-Reply-To"] == mail["Message-ID"] and "<first@example.org>" in read(raw)["References"]
    assert connected.get("/api/v1/email/mails/").json()["results"][0]["is_answered"]


def test_a_reply_to_a_mail_of_ones_own_goes_to_whom_it_went(connected, imap, smtp):
    connected.post(WRITE, said(cc="bo@example.org"))
    key = links(connected.get("/email/?folder=Sent"))[0].split("/")[3]
    page = html_of(connected.get(f"{WRITE}?kind=reply&mail={key}&folder=Sent"))
    assert 'value="ana@example.org"' in page and 'value="bo@example.org"' not in page
    page = html_of(connected.get(f"{WRITE}?kind=reply_all&mail={key}&folder=Sent"))
    assert 'value="ana@example.org"' in page and 'value="bo@example.org"' in page


def test_a_mail_is_written_where_what_it_answers_cannot_be_fetched(connected, world):
    alice = world.users["alice"].pk
    with visits.visiting(alice), visits.visiting(alice):
        page = html_of(connected.get(f"{WRITE}?kind=reply&mail=1-1&folder=INBOX"))
    assert "What this mail follows cannot be fetched now" in page and "The mail has not left" not in page
    assert 'name="body"' in page and 'name="kind"' not in page


def test_a_forwarded_mail_takes_its_chosen_files_along(connected, imap, smtp):
    mail = written("Papers")
    mail.add_attachment(b"one", maintype="application", subtype="pdf", filename="one.pdf")
    mail.add_attachment(b"two", maintype="application", subtype="pdf", filename="two.pdf")
    imap.deliver(mail.as_bytes())
    key = links(connected.get("/email/"))[0].split("/")[3]
    page = html_of(connected.get(f"{WRITE}?kind=forward&mail={key}&folder=INBOX"))
    assert "Fwd: Papers" in page and "one.pdf" in page and "two.pdf" in page
    number = page.split("two.pdf")[0].rsplit('value="', 1)[1].split('"')[0]
    connected.post(WRITE, said(kind="forward", mail=key, folder="INBOX", part=[number]))
    (only,) = read(smtp.taken.mails[0][2]).iter_attachments()
    assert (only.get_filename(), only.get_content()) == ("two.pdf", b"two")


def test_a_draft_lies_at_the_server_and_goes_when_it_is_sent(connected, imap, smtp):
    thread = {"in_reply_to": "<b@example.org>", "references": "<a@example.org> <b@example.org>"}
    connected.post(WRITE, said(do="draft", to="", bcc="cy@example.org", **thread))
    assert not smtp.taken.mails and len(imap.files(".Drafts")) == 1
    (link,) = links(connected.get("/email/?folder=Drafts"))
    key = link.split("/")[3]
    page = html_of(connected.get(f"{WRITE}?kind=draft&mail={key}&folder=Drafts"))
    assert "Good morning." in page and "cy@example.org" in page
    assert 'name="in_reply_to" value="&lt;b@example.org&gt;"' in page and "&lt;a@example.org&gt; &lt;b@" in page
    connected.post(WRITE, said(kind="draft", mail=key, folder="Drafts"))
    assert len(smtp.taken.mails) == 1 and not imap.files(".Drafts") and len(imap.files(".Sent")) == 1


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"to": ""}, "Say whom the mail goes to"),
        ({"to": "nobody"}, "is no e-mail address"),
        ({"to": ",;"}, "Say whom the mail goes to"),
        ({"to": ")("}, "is no e-mail address"),
        ({"to": "a@@b.example"}, "is no e-mail address"),
        ({"to": ", ".join(f"a{n}@b.example" for n in range(51))}, "50 people at most"),
        ({"subject": "", "body": " "}, "Write what the mail says"),
        ({"to": "gone@example.org"}, "takes no mail to gone@example.org"),
    ],
)
def test_what_cannot_be_sent_stays_in_the_form(connected, imap, smtp, wrong, words):
    smtp.taken.refuses = {"gone@example.org"}
    answer = connected.post(WRITE, said(**{"body": "Keep this.", **wrong}))
    assert answer.status_code == 422 and words in html_of(answer)
    assert not smtp.taken.mails and not imap.files(".Sent")
    field = next(iter(wrong)) if wrong.get("body") != " " else "body"
    assert f'href="#{field}"' in html_of(answer) and f'id="{field}-error"' in html_of(answer)
    assert wrong.get("body") == " " or "Keep this." in html_of(answer)


def test_no_head_has_a_second_line(connected, smtp):
    evil = "x\r\nBcc: spy@example.org\r\n\r\nbody"
    connected.post(WRITE, said(subject=evil, in_reply_to="<a@b>\r\nBcc: spy@example.org", references=evil))
    ((_sender, people, raw),) = smtp.taken.mails
    assert people == ["ana@example.org"] and read(raw)["Bcc"] is None and read(raw)["In-Reply-To"] is None
    mail = looked_through(Letter(to="; ana@x.example;; ben@y.example ; ,", cc="Lee <lee@x.example>,", subject="x"))
    assert mail.everybody == ["ana@x.example", "ben@y.example", "lee@x.example"]
    mail = looked_through(Letter(to='"x\r\nBcc: y" <a@b.example\r\n>', subject="x"))
    assert [str(one) for one in mail.to] == ["x Bcc: y <a@b.example>"]


def test_a_file_with_malware_and_files_that_do_not_fit_go_nowhere(connected, smtp, settings):
    settings.DOCUMENT_SCANNER = "command:false"
    bad = connected.post(WRITE, said(file=SimpleUploadedFile("a.pdf", b"%PDF-1.4")))
    assert bad.status_code == 422 and "malware" in html_of(bad)
    settings.DOCUMENT_SCANNER = ""
    settings.MAIL_BYTES = 1000
    big = connected.post(WRITE, said(file=SimpleUploadedFile("a.pdf", b"x" * 900)))
    assert big.status_code == 422 and "larger than goes with a mail" in html_of(big)
    assert not smtp.taken.mails


def test_a_server_that_thinks_long_is_waited_for_and_one_that_never_answers_gets_nothing_twice(
    connected, imap, smtp, monkeypatch
):
    monkeypatch.setattr(lines, "SECONDS", 2)
    smtp.taken.thinks = 3
    assert connected.post(WRITE, said()).status_code == 302 and len(imap.files(".Sent")) == 1
    monkeypatch.setattr(lines, "AFTER_DATA", 1)
    mail = said(body="Once.")
    for _turn in range(2):
        unsure = connected.post(WRITE, mail)
        assert unsure.status_code == 422 and "It is not known whether the mail has left" in html_of(unsure)
        assert "The mail has not left" not in html_of(unsure) and "Once." in html_of(unsure)
    assert len(smtp.taken.mails) == 2 and len(imap.files(".Sent")) == 1


def test_a_password_of_other_letters_is_told_as_it_is(connected, smtp, reached):
    access = {"address": ADDRESS, "name": "", "username": ADDRESS, "password": "пароль семь", "imap_host": "127.0.0.1"}
    access |= {"smtp_host": "127.0.0.1", "imap_port": 993, "smtp_port": smtp.port}
    smtp.password = "пароль семь"
    with lines.outgoing(Access(**access)):
        pass
    smtp.password = "other"
    refused = "does not know this user name and password"
    with pytest.raises(ServerProblem, match=refused), lines.outgoing(Access(**access)):
        pass


def test_a_person_fetches_twice_at_one_time_and_a_request_ends(connected, world, monkeypatch):
    """Whoever comes third is told so at once, and a visit is no longer than what is left for the request."""
    alice = world.users["alice"].pk
    with visits.visiting(alice), visits.visiting(alice):
        assert "Your mail is being fetched already" in html_of(connected.get("/email/"))
        assert connected.get("/api/v1/email/mails/").status_code == 502
        with pytest.raises(ServerProblem, match="Many fetch mail"), visits.visiting(world.users["bob"].pk):
            pass
    assert "Your mail cannot be shown now" not in html_of(connected.get("/email/"))
    monkeypatch.setattr(visits, "IN_A_REQUEST", 10)
    with visits.visiting(alice):
        assert visits.at_most(5) == 5 and visits.at_most(60) <= 10
    monkeypatch.setattr(visits, "IN_A_REQUEST", 0)
    assert "does not answer in time" in html_of(connected.get("/email/"))


def test_files_of_seven_megabytes_go_along_and_lie_sealed_meanwhile(connected, smtp, monkeypatch):
    """More than other forms take; what waits on the disk for the server is not readable there."""
    made = []
    monkeypatch.setattr("portal.uploads.Spool", lambda: made.append(Spool()) or made[-1])
    answer = connected.post(WRITE, said(file=SimpleUploadedFile("a.pdf", b"%PDF-1.4" + b"0" * 7_000_000)))
    assert answer.status_code == 302, html_of(answer)
    (only,) = read(smtp.taken.mails[0][2]).iter_attachments()
    assert len(only.get_content()) == 7_000_008 and len(made) == 1


def test_the_api_sends_too(connected, imap, smtp):
    body = {
        "to": ["ana@example.org"],
        "subject": "Hello",
        "body": "Good morning.",
        "key": str(uuid4()),
        "files": [{"name": "a.txt", "content": "aGk="}],
    }
    first = connected.post("/api/v1/email/mails/", body, content_type="application/json")
    assert first.status_code == 201 and first.json() == {"refused": [], "is_filed": True}, first.content
    again = connected.post("/api/v1/email/mails/", body, content_type="application/json")
    assert again.status_code == 502 and "was sent already" in again.json()["title"]
    assert len(smtp.taken.mails) == 1 and len(imap.files(".Sent")) == 1


def test_who_has_no_mailbox_sends_nothing(alice, smtp, client, reached):
    assert alice.post(WRITE, said()).url == "/email/"
    assert alice.post("/api/v1/email/mails/", {"to": [], "subject": "", "body": ""}).status_code == 404
    assert client.post(WRITE, said()).status_code in (302, 404) and not smtp.taken.mails
