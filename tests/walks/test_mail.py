"""Alice connects the mailbox that she has, reads what a stranger sends, and answers, in a real browser."""

from email.message import EmailMessage

import pytest
from playwright.sync_api import expect

from accounts.ground.access.context import as_role
from crm.contacts.models import Contact
from tests.crm.mail.conftest import imap, reached, smtp  # noqa: F401  (fixtures)
from tests.crm.mail.servers import ADDRESS
from tests.crm.mail.test_hostile import HOSTILE_HTML
from tests.crm.mail.test_reading import written
from tests.walks.test_contacts import shown  # noqa: F401  (a fixture)
from tests.walks.test_vault import enter, open_book

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def stranger():
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Cc"] = "Ana Ruiz <ana@example.org>", ADDRESS, "Bo Lee <bo@example.org>"
    mail["Subject"] = "Your figures for the third quarter, and a question about the trust that we spoke of last week"
    mail["Date"], mail["Message-ID"] = "Mon, 29 Sep 2025 09:30:00 +0000", "<one@example.org>"
    mail.set_content("Dear Alice,\n\nplease look at https://example.org/figures.\n\nAna")
    mail.add_alternative(f"<h1>Dear Alice</h1>{HOSTILE_HTML}", subtype="html")
    mail.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename="figures.pdf")
    return mail


def test_a_mailbox_from_connecting_to_an_answer(own_world, page, site, shown, imap, smtp, reached):  # noqa: F811
    enter(page, site, "alice")
    open_book(page, site)
    page.goto(f"{site}/")
    page.get_by_role("link", name="Email", exact=True).first.click()
    expect(page.get_by_role("heading", name="No mailbox is connected")).to_be_visible()
    shown(page, "mail-none")
    page.get_by_role("main").get_by_role("link", name="Connect your mailbox").first.click()
    shown(page, "mail-connect")
    page.get_by_label("E-mail address").fill(ADDRESS)
    page.get_by_label("Name that others read").fill("Alice Northgate")
    page.get_by_label("Password").fill("wrong")
    for name in ("imap", "smtp"):
        page.locator(f"#box-{name}_host").fill("127.0.0.1")
        page.locator(f"#box-{name}_port").fill(reached[f"{name}_port"])
    page.get_by_role("button", name="Try it out and connect").click()
    expect(page.get_by_role("alert")).to_contain_text("does not know this user name and password")
    page.problems.clear()  # answered with 422
    shown(page, "mail-refused")
    page.get_by_label("Password").fill(reached["password"])
    page.get_by_role("button", name="Try it out and connect").click()
    expect(page.get_by_text("No mail in this folder")).to_be_visible()
    shown(page, "mail-empty")

    page.goto(f"{site}/contacts/new/")
    for label, words in (("First name", "Ana"), ("Last name", "Ruiz"), ("E-mail", "ana@example.org")):
        page.get_by_label(label).fill(words)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("The contact is in the book.")).to_be_visible()
    page.goto(f"{site}/email/")
    for turn in range(4):
        imap.deliver(written(f"News {turn}").as_bytes())
    imap.deliver(stranger().as_bytes())
    page.reload()
    expect(page.locator(".mail-list > li")).to_have_count(5)
    shown(page, "mail-list")
    page.get_by_role("link", name="Your figures").click()
    expect(page.get_by_text("please look at")).to_be_visible()
    shown(page, "mail-read")
    page.get_by_role("link", name="Show with its formatting").click()
    frame = page.frame_locator("iframe.mail-formatted")
    expect(frame.get_by_role("heading", name="Dear Alice")).to_be_visible()
    assert frame.locator("img, script, form, style").count() == 0
    shown(page, "mail-formatted")
    page.get_by_role("link", name="Reply", exact=True).click()
    expect(page.get_by_label("To", exact=True)).to_have_value("Ana Ruiz <ana@example.org>")
    shown(page, "mail-write")
    page.get_by_label("To", exact=True).fill("nobody")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("alert").get_by_role("link", name="“nobody” is no e-mail address.")).to_be_visible()
    page.problems.clear()  # answered with 422
    shown(page, "mail-wrong")
    page.get_by_label("To", exact=True).fill("Ana Ruiz <ana@example.org>;")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("The mail is sent.")).to_be_visible()
    page.get_by_role("link", name="Sent", exact=True).click()
    expect(page.locator(".mail-list > li")).to_have_count(1)
    assert len(smtp.taken.mails) == 1
    page.locator(".mail-list a").click()
    expect(page.get_by_role("heading", name="Re: Your figures")).to_be_visible()
    page.goto(f"{site}/email/?q=question+about")
    page.get_by_role("link", name="Your figures").click()
    page.get_by_role("link", name="Ruiz, Ana").click()
    expect(page.get_by_role("link", name="Your figures")).to_have_count(2)  # received and answered, once each
    shown(page, "mail-agenda")
    page.get_by_role("link", name="Your figures").last.click()
    expect(page.get_by_text("please look at")).to_be_visible()
    shown(page, "mail-kept")
    page.get_by_role("button", name="Forget this copy").click()
    expect(page.get_by_text("The copy is in the trash")).to_be_visible()
    page.goto(f"{site}/email/?q=question+about")
    page.get_by_role("link", name="Your figures").click()
    expect(page.get_by_text("this mail is not kept there again")).to_be_visible()
    shown(page, "mail-not-kept")
    page.goto(f"{site}/email/kept/")
    shown(page, "mail-trash")
    page.get_by_role("link", name="Your figures").click()
    expect(page.get_by_text("In the trash since")).to_be_visible()
    shown(page, "mail-thrown")
    page.get_by_role("button", name="Take back").click()
    expect(page.get_by_role("button", name="Forget this copy")).to_be_visible()
    page.goto(f"{site}/email/kept/")
    expect(page.get_by_text("The trash is empty")).to_be_visible()
    shown(page, "mail-trash-empty")

    page.goto(f"{site}/email/?q=question+about")
    page.get_by_role("link", name="Your figures").click()
    page.get_by_role("button", name="Save to the documents of Ruiz, Ana").click()
    expect(page.get_by_text("The file is among the documents.")).to_be_visible()
    _written_to_several(page, site, shown, smtp)


def _written_to_several(page, site, shown, smtp):  # noqa: F811
    page.goto(f"{site}/mailings/")
    expect(page.get_by_text("No mail to several yet")).to_be_visible()
    shown(page, "mailings-none")
    bo = "bo@example.org"
    page.goto(f"{site}/contacts/new/")
    for label, words in (("First name", "Bo"), ("Last name", "Lee"), ("E-mail", bo)):
        page.get_by_label(label).fill(words)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("The contact is in the book.")).to_be_visible()
    with as_role("owner"):
        keys = Contact.unscoped.filter(email__in=["ana@example.org", bo]).values_list("pk", flat=True)
        chosen = "&".join(f"contact={key}" for key in keys)
    page.goto(f"{site}/mailings/new/?{chosen}")
    page.get_by_label("Subject").fill("Our hours in December, {{first_name}}")
    page.get_by_label("Text", exact=True).fill("Dear {{first_name}},\n\nwe answer within a day.")
    page.get_by_role("button", name="See whom it reaches").click()
    shown(page, "mailing-new")
    smtp.taken.says = "451 too many mails at this moment"
    page.get_by_role("button", name="Send 2 messages").click()
    expect(page.get_by_text("too many mails at this moment")).to_be_visible()
    expect(page.get_by_text("2 not sent yet")).to_be_visible()
    shown(page, "mailing-stopped")
    smtp.taken.says, smtp.taken.refuses, before = "250 OK", {bo}, len(smtp.taken.mails)
    page.get_by_role("button", name="Send the next ones").click()
    expect(page.get_by_text("1 could not be delivered")).to_be_visible()
    assert len(smtp.taken.mails) == before + 1
    shown(page, "mailing")
    page.goto(f"{site}/mailings/")
    expect(page.get_by_text("1 could not be delivered")).to_be_visible()
    shown(page, "mailings")
    page.get_by_role("link", name="Our hours").click()
    smtp.taken.refuses = set()
    page.get_by_role("button", name="Send again to those").click()
    expect(page.get_by_text("2 left")).to_be_visible()
    expect(page.get_by_text("Sent again")).to_be_visible()
    assert len(smtp.taken.mails) == before + 2
