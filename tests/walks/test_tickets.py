"""A ticket from a client through the back office and back, and an inquiry until its answer, in a real browser."""

from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.desk.messages.models import Thread
from accounts.desk.tickets.actions import answer, ask_about, note, open_ticket
from accounts.desk.tickets.queries import ticket
from accounts.ground.access.context import acting, as_role
from tests.browser import overflow
from tests.walks.test_looked_at import DESK
from tests.walks.test_structure import PHONE, shot
from tests.world import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.slow]
FILE = {"name": "deed.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7\n1 0 obj\n"}


@pytest.fixture
def enter(sign_in: Any, page: Page, site: str) -> Any:
    """`enter("ana")` signs in whoever sits here next; the back office comes in by its own door."""

    def come(name: str) -> None:
        page.context.clear_cookies()
        if name != "olga":
            sign_in(name)
            return
        page.goto(f"{site}/office/")
        page.get_by_label("Username").fill(name)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(f"{site}/office/")

    return come


def test_a_client_asks_and_the_office_answers(own_world: Any, enter: Any, page: Page, site: str, axe: Any) -> None:
    enter("ana")
    page.goto(f"{site}/messages/")
    page.get_by_role("link", name="Compose new ticket").first.click()
    page.get_by_label("What it is about").select_option("fees")
    page.get_by_label("Subject").fill("A fee that I do not know")
    page.get_by_label("Message", exact=True).fill("What was charged on Monday?")
    page.get_by_label("Files").set_input_files(FILE)
    page.get_by_role("button", name="Send").click()
    expect(page.locator("main")).to_contain_text("T-1001")
    expect(page.locator("main")).to_contain_text("deed.pdf")
    shot(page, "ticket-ana")
    assert axe(page) == []

    enter("olga")
    page.goto(f"{site}/office/tickets/")
    page.get_by_role("link", name="A fee that I do not know").click()
    page.get_by_label("Note", exact=True).fill("Ask the fee desk")
    page.get_by_role("button", name="Note it").click()
    expect(page.locator(".talk-body", has_text="Ask the fee desk")).to_be_visible()
    page.get_by_label("Message", exact=True).fill("The custody fee of September.")
    page.get_by_role("button", name="Send").click()
    expect(page.locator("main")).to_contain_text("Waits for an answer")
    shot(page, "ticket-olga")
    assert axe(page) == []

    enter("ana")
    page.goto(f"{site}/notifications/")
    page.locator("main").get_by_role("link", name="A fee that I do not know").click()
    expect(page.locator("main")).to_contain_text("The custody fee of September.")
    expect(page.locator("body")).not_to_contain_text("Ask the fee desk")
    page.get_by_role("button", name="Close the ticket").click()
    expect(page.locator("main")).to_contain_text("Closed")
    page.goto(f"{site}/notifications/")
    expect(page.locator("main")).not_to_contain_text("A fee that I do not know")


@pytest.fixture
def busy(own_world: Any) -> Any:
    """Two tickets and an inquiry."""
    at, account = timezone.now(), own_world["U1000001"]
    with acting(own_world.users["ana"].pk) as who:
        for subject in ("Deposit of Monday", "A very long subject about the statement of September and its many pages"):
            open_ticket(
                who=who,
                account=account,
                category="funding",
                subject=subject,
                body="Where is it?",
                key=uuid4(),
                at=at,
                is_shared=True,
            )
    with acting(own_world.users["olga"].pk, alias="office") as who:
        first = ticket(who, Thread.unscoped.earliest("number").pk)
        answer(who=who, thread=first, body="On its way.", key=uuid4(), at=at)
        note(who=who, thread=first, body="Asked the bank.", key=uuid4(), at=at)
        for asks in ("owner", "practice"):
            said = {"subject": f"Question to the {asks}", "body": "Yes?", "key": uuid4(), "at": at}
            ask_about(who=who, account=account, asks=asks, **said)
    return own_world


PLACES = {
    "olga": ("/office/", "/office/tickets/", "/office/tickets/new/", "/office/tickets/?q=nothing"),
    "ana": ("/", "/messages/", "/messages/new-ticket/", "/notifications/", "/messages/?show=closed"),
    "alice": ("/", "/messages/", "/messages/new/", "/messages/new-ticket/", "/notifications/", "/pending/"),
}


@pytest.mark.parametrize(
    ("name", "language", "size", "scheme"),
    [("olga", "en", DESK, "light"), ("olga", "ru", PHONE, "dark"), ("ana", "ru", PHONE, "light"),
     ("alice", "en", DESK, "dark")],
)  # fmt: skip
def test_the_pages_are_whole(busy, enter, page, site, axe, name, language, size, scheme):
    with as_role("owner"):
        type(busy.users[name]).objects.filter(pk=busy.users[name].pk).update(language=language)
        first = Thread.unscoped.earliest("number")
    enter(name)
    page.set_viewport_size(size)
    page.emulate_media(color_scheme=scheme)
    desk = "/office/tickets" if name == "olga" else "/messages"
    for address in (*PLACES[name], f"{desk}/{first.pk}/"):
        page.goto(f"{site}{address}")
        expect(page.locator("main h1")).to_be_visible()
        shot(page, f"tickets-{name}-{address.strip('/').replace('/', '-').replace('?', '-')[:40] or 'home'}-{scheme}")
        assert overflow(page) <= 0, address
        assert axe(page) == [], address


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_empty_desk_is_whole(own_world, enter, page, site, axe, scheme):
    enter("olga")
    page.emulate_media(color_scheme=scheme)
    page.goto(f"{site}/office/tickets/")
    expect(page.locator("main")).to_contain_text("No tickets")
    shot(page, f"tickets-none-{scheme}")
    assert axe(page) == []
