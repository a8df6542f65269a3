"""A client is invited, applies behind the link without script and on a phone, and the practice sees what is left."""

import os
import re

import pytest

from tests.browser import overflow
from tests.desk.applying.filled import ACCOUNT, HOME, MEANS, PERSON

pytestmark = pytest.mark.browser

PHONE, DESK = {"width": 390, "height": 844}, {"width": 1440, "height": 900}


def look(page, axe, name):
    """Clean for readers of every kind, in both schemes and sizes, and nothing wider than the page."""
    folder = os.environ.get("SCREENSHOTS")
    for size, view in (("desk", DESK), ("phone", PHONE)):
        page.set_viewport_size(view)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            if folder:
                page.screenshot(path=f"{folder}/apply-{name}-{size}-{scheme}.png", full_page=True)
        assert axe(page) == [], (name, size)
        assert overflow(page) <= 0, (name, size)
    page.set_viewport_size(DESK)


def answer(page, said):
    for name, value in said.items():
        field = page.locator(f"[name={name}]")
        if field.evaluate("one => one.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)
    page.get_by_role("button", name="Save and go on").click()


def link():
    from accounts.ground.access.context import as_role
    from accounts.ground.outbox.models import OutboxMessage

    with as_role("owner"):
        body = OutboxMessage.unscoped.filter(subject__startswith="Your application").latest("created_at").body
    return re.search(r"/apply/[\w-]+/", body).group(0)


def test_a_client_applies_and_the_practice_sees_what_is_left(sign_in, page, site, axe, browser):
    sign_in("alice")
    page.goto(f"{site}/")
    look(page, axe, "dashboard-none")
    page.goto(f"{site}/applications/mass-upload/")
    look(page, axe, "mass")
    page.goto(f"{site}/applications/semi/")
    look(page, axe, "semi")
    page.goto(f"{site}/applications/")
    look(page, axe, "none")
    page.get_by_role("link", name="Invite a client").first.click()
    look(page, axe, "invite")
    page.get_by_label("Client name").fill("Ana Ruiz")
    page.get_by_label("E-mail", exact=True).fill("ana.ruiz@example.test")
    page.get_by_role("button", name="Send the invitation").click()
    page.wait_for_url(re.compile("/tasks/$"))
    look(page, axe, "tasks")

    client = browser.new_context(java_script_enabled=False, viewport=DESK).new_page()
    client.goto(site + link())
    client.get_by_role("link", name="Begin").click()
    for said in (PERSON, HOME, MEANS, ACCOUNT):
        answer(client, said)
    assert client.url.endswith("/sign/")
    address = client.url
    with_script = browser.new_context(viewport=DESK).new_page()
    for name in ("", "person/", "means/", "sign/"):
        with_script.goto(site + link() + name)
        look(with_script, axe, f"client-{name.strip('/') or 'begin'}")
    client.goto(address)
    client.get_by_role("checkbox").check()
    client.get_by_label("Your full name").fill("Ana Ruiz")
    client.get_by_role("button", name="Sign and submit").click()
    with_script.goto(site + link())
    look(with_script, axe, "client-status")

    page.goto(f"{site}/applications/")
    look(page, axe, "list")
    page.get_by_role("link", name="Ruiz").first.click()
    look(page, axe, "submitted")
    assert page.get_by_text("Required for").is_visible()
    page.goto(f"{site}/")
    look(page, axe, "dashboard")
