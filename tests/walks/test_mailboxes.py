"""Alice asks for two mailboxes, reads what they cost, sets an archive, looks at the records and ends one."""

from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect

from accounts.desk.mailboxes.actions import advance
from accounts.desk.mailboxes.models import Mailbox
from accounts.desk.mailboxes.rules import State
from accounts.ground.access.context import acting
from tests.walks.test_contacts import shown  # noqa: F401  (a fixture)

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_mailbox_from_the_request_to_its_end(own_world, page, site, sign_in, shown):  # noqa: F811
    sign_in("alice")
    page.get_by_role("link", name="Email", exact=True).first.click()
    expect(page.get_by_role("heading", name="No mailbox is connected")).to_be_visible()
    shown(page, "email-none")
    page.get_by_role("link", name="Request Mailbox").click()
    expect(page.get_by_text("Add a CRM mailbox")).to_be_visible()
    shown(page, "mailboxes-none")
    page.get_by_role("link", name="Request Mailbox").click()
    page.get_by_label("E-mail address").fill("jane@gmail.com")
    page.get_by_label("Display name").fill("Jane Roe")
    page.get_by_role("button", name="Review").click()
    expect(page.get_by_text("Public domains are not allowed: gmail.com.")).to_be_visible()
    page.problems.clear()  # answered with 422
    shown(page, "mailboxes-refused")
    page.get_by_label("E-mail address").fill("jane@northgate.com")
    page.get_by_role("button", name="Another mailbox").click()
    second = page.get_by_role("group", name="Mailbox 2")
    second.get_by_label("E-mail address").fill("joe@northgate.com")
    second.get_by_label("Display name").fill("Joe Roe")
    second.get_by_label("Keep an archive of its mail").check()
    page.get_by_role("button", name="Review").click()
    expect(page.get_by_role("heading", name="Review the request")).to_be_visible()
    shown(page, "mailboxes-review")
    page.get_by_role("button", name="Back").click()
    expect(page.get_by_role("group", name="Mailbox 2").get_by_label("Display name")).to_have_value("Joe Roe")
    page.get_by_role("button", name="Review").click()
    page.get_by_label("I accept the charges").check()
    page.get_by_role("button", name="Request Mailbox").click()
    expect(page.get_by_text("2 mailboxes were asked for.")).to_be_visible()

    with acting(own_world.users["olga"].pk, alias="office") as who:
        for one in Mailbox.unscoped.filter(key="jane@northgate.com"):
            for state in (State.PROVISIONING, State.AWAITING_MX):
                advance(who=who, mailbox=one, to=state, at=datetime.now(UTC))
    page.reload()
    shown(page, "mailboxes-list")
    page.get_by_role("link", name="jane@northgate.com").click()
    expect(page.get_by_text("Set the MX records of your domain now.")).to_be_visible()
    page.get_by_role("link", name="Which records, and a check").click()
    page.get_by_role("button", name="Check now").click()
    expect(page.get_by_text("could not be asked just now")).to_be_visible()
    shown(page, "mailboxes-records")
    page.get_by_role("link", name="Back to the mailbox").click()
    page.get_by_role("button", name="Switch the archive on").click()
    expect(page.get_by_text("The archive is switched on. It holds at the provider once")).to_be_visible()
    shown(page, "mailboxes-one")
    page.get_by_role("link", name="Cancel the mailbox").click()
    shown(page, "mailboxes-cancel")
    page.get_by_role("button", name="Cancel the mailbox").click()
    expect(page.get_by_text("The mailbox is cancelled. It holds at the provider once")).to_be_visible()
    shown(page, "mailboxes-ended")
