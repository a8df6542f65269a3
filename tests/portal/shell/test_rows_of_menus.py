"""Every row that advisors know from the broker's own guide leads somewhere that answers."""

from html.parser import HTMLParser
from urllib.parse import urljoin

import pytest

from tests.crm.vault.people import begun, unlock

pytestmark = pytest.mark.django_db

# Where a row is found: the page, and what is written on the link or button of it.
ADVISORS = {
    # the application menu
    "/": (
        *("Home", "Trading", "Reports", "Transfer & Pay", "Settings", "Investors' Marketplace", "Support"),
        # the tabs of the dashboard
        *("Dashboard", "Contacts", "Fee Administration", "Groups", "Transaction History", "Calendar", "Email", "Tools"),
        # what the dashboard holds
        *("New client application", "Add a task", "Add a document", "All notifications", "Full calendar"),
        *("Pending items", "Recent activity", "Tasks", "Notes", "Documents", "Sign out", "Application menu", "Русский"),
    ),
    "/contacts/": ("Add contact", "Import", "Columns", "Export", "Find"),
    # "configure client fees and templates, create invoices and reimburse fees"
    "/fees/": ("Configure client fees", "Client fee templates", "Invoicing", "Reimburse fees", "Hedge fund fees",
               "Allocation minimums", "Fee notices"),
    "/fees/invoicing/": ("New invoices", "Upload CSV"),
    "/fees/reimburse/": ("New reimbursements",),
    "/calendar/": ("Month", "Day list", "Add an event"),
    "/email/": ("Request Mailbox",),
    "/email/mailboxes/": ("Request Mailbox", "How to add MX records"),
    "/tools/": ("Goal tracker", "ESG impact preferences", "RMD calculator"),
    "/accounts/U1000001/": ("Transfer funds", "Transfer positions", "Statements", "Performance", "Tax Optimizer"),
    "/reports/": ("Statements", "Portfolio analysis", "Client summary", "Fee report"),
    "/accounts/": ("By client", "By advisor"),
    "/settings/user/": ("Storage password", "Secure login", "Market data subscriptions", "IP restrictions"),
    "/settings/account/": ("Trading permissions", "Securities class action recovery"),
    "/settings/users/": ("Add user", "Roles"),
    "/marketplace/": ("Hedge fund investor site",),
    "/messages/": ("Compose new ticket",),
}  # fmt: skip

CLIENTS = {
    "/": ("Home", "Accounts", "Statements", "Fees", "Approvals", "Messages", "Transfer & Pay", "Settings", "Support"),
    "/settings/user/": ("Secure login", "Market data subscriptions", "IP restrictions"),
    "/settings/account/": ("Trading permissions", "Securities class action recovery"),
}

# Paths as that guide writes them out, and the page that answers there.
OLDER = {
    "/home/": "/",
    "/manage-clients/dashboard/": "/",
    "/manage-clients/contacts/": "/contacts/",
    "/manage-clients/accounts/": "/accounts/",
    "/manage-clients/fees/configure/": "/fees/configure/",
    "/manage-clients/fees/templates/": "/fees/templates/",
    "/administration/fees/": "/fees/",
    "/administration/fees-invoicing/fees/configure/": "/fees/configure/",
    "/administration/fees-invoicing/invoicing/": "/fees/invoicing/",
    "/administration/fees-invoicing/reimburse/": "/fees/reimburse/",
    "/settings/secure-login-system/": "/settings/security/",
    "/settings/users-access-rights/": "/settings/users/",
    "/help/": "/support/",
}


class Rows(HTMLParser):
    """What is written on each link, button and summary of a page, and where it leads; "" where it opens in place."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: dict[str, str] = {}
        self._open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("a", "button", "summary", "h2"):
            said = dict(attrs)
            self._open = [tag, said.get("href") or "", said.get("aria-label") or ""]

    def handle_data(self, data: str) -> None:
        if self._open:
            self._open[2] += f" {data}"

    def handle_endtag(self, tag: str) -> None:
        if self._open and tag == self._open[0]:
            words = " ".join(self._open[2].split())
            if not self.found.get(words):
                self.found[words] = self._open[1]
            self._open = []


def dead(browser, table):
    """The rows of a table that are not on their page, or lead nowhere."""
    lost = []
    for page, labels in table.items():
        answer = browser.get(page)
        rows = Rows(answer.content.decode()).found
        for label in labels:
            leads = next((rows[words] for words in rows if words == label or words.startswith(f"{label} ")), None)
            if answer.status_code != 200 or leads is None:
                lost.append(f"{page}: {label}")
            elif leads and browser.get(urljoin(page, leads), follow=True).status_code != 200:
                lost.append(f"{page}: {label} -> {leads}")
    return lost


@pytest.fixture
def alice(browse, world):
    """The client book is open, without which half of the rows only ask for the storage password."""
    browser = browse("alice")
    begun(browser)
    unlock(browser)
    return browser


def test_every_row_and_every_older_path_answers_an_advisor(alice):
    assert "\n".join(dead(alice, ADVISORS)) == ""
    assert "secure login" in alice.get("/tools/queries/").content.decode()  # which the cast does not have
    assert {path: alice.get(path).headers.get("Location") for path in OLDER} == OLDER


def test_every_row_of_a_clients_menu_answers(browse, world):
    assert "\n".join(dead(browse("ana"), CLIENTS)) == ""


def test_a_contact_opens_into_its_tabs_and_panels(alice):
    """The "i" of a contact: Profile, Configuration, Financial, Agenda; three icons; four panels, each with a plus."""
    saved = alice.post(
        "/contacts/new/", {"kind": "person", "first_name": "Oriel", "name": "Quill", "email": "o@example.org"}
    )
    assert saved.status_code == 302
    contact = saved["Location"].split("?")[0]
    table = {
        contact: ("Profile", "Configuration", "Financial", "Agenda"),
        f"{contact}configuration/": ("E-mail", "Invite to apply", "Export"),
        f"{contact}agenda/": ("Workflows", "Notes", "Documents", "Events", "Add a workflow", "Add a note",
                              "Add a document", "Add an event"),
    }  # fmt: skip
    assert "\n".join(dead(alice, table)) == ""
