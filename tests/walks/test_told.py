"""What one is told, and webhooks, in the browser: with something and with nothing, on a desk and on a phone."""

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser import overflow
from tests.walks.test_looked_at import DESK
from tests.walks.test_structure import PHONE, shot
from tests.walks.test_users import confirm

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def look(page: Any, axe: Any, name: str) -> None:
    """Both sizes and schemes: no fault, and nothing wider than the window."""
    for size, scheme in ((DESK, "light"), (PHONE, "dark")):
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=scheme)
        assert overflow(page) <= 0, name
        assert axe(page) == [], (name, scheme)
        shot(page, f"told-{name}-{scheme}")
    page.set_viewport_size(DESK)


def test_somebody_chooses_what_they_are_told(morning: Any, sign_in: Any, page: Any, site: str, axe: Any) -> None:
    sign_in("alice")
    page.goto(f"{site}/notifications/")
    page.get_by_role("main").get_by_role("link", name="What you are told").click()
    page.get_by_label("Corporate actions: By mail").select_option("daily")
    page.get_by_role("main").get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_contain_text("This is how you are told from now on.")
    expect(page.get_by_label("Corporate actions: By mail")).to_have_value("daily")
    look(page, axe, "choices")


def test_a_webhook_is_made_tried_and_stopped(
    morning: Any, sign_in: Any, page: Any, site: str, axe: Any, monkeypatch: Any
) -> None:
    # The site runs in this process, and a name of the internet is not asked for by tests.
    monkeypatch.setattr("accounts.desk.hooks.actions.resolve", lambda host, port, scheme: ["93.184.215.14"])
    sign_in("alice")
    page.goto(f"{site}/settings/webhooks/")
    look(page, axe, "no-hooks")
    page.get_by_label("Name").fill("Ledger")
    page.get_by_label("Address, beginning with https").fill("https://ledger.example/told")
    page.get_by_role("button", name="Make the webhook").click()
    confirm(page)
    expect(page.locator("code.secret")).to_contain_text("whs_")
    look(page, axe, "secret")
    page.get_by_role("link", name="I have copied it").click()
    page.get_by_role("button", name="Send a try").click()
    expect(page.get_by_role("cell", name="ping")).to_be_visible()
    look(page, axe, "hook")
    page.get_by_role("button", name="Stop it").click()
    expect(page.get_by_text("Nothing is sent while it is stopped")).to_be_visible()
    page.goto(f"{site}/settings/webhooks/")
    look(page, axe, "hooks")
