"""Asking for trading permissions and answering, in a real browser: signed, on a phone and in the dark."""

from datetime import UTC, date, datetime

import pytest
from playwright.sync_api import expect

from accounts.broker.products.actions import grant
from accounts.broker.products.rules import Permission
from accounts.ground.access.context import acting
from tests.browser import overflow
from tests.walks.test_structure import PHONE, shot
from tests.walks.test_users import confirm

pytestmark = pytest.mark.browser


def test_a_second_level_asks_and_the_top_level_approves(own_world, sign_in, page, site, axe):
    with acting(own_world.users["olga"].pk, alias="office") as who:
        grant(
            who=who, account=own_world["F100001"], permissions=[Permission("stocks"), Permission("options")],
            day=date(2025, 9, 30), at=datetime(2025, 9, 30, tzinfo=UTC),
        )  # fmt: skip
    sign_in("bob")
    page.goto(f"{site}/accounts/F200002/products/")
    shot(page, "permissions-empty")
    page.get_by_role("link", name="Ask for permissions").click()
    expect(page.get_by_role("button", name="Next")).to_be_visible()
    assert axe(page) == []
    page.get_by_role("checkbox", name="Stocks ALL", exact=True).check(force=True)
    shot(page, "permissions-ask")
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_role("heading", name="Your objectives, experience and means")).to_be_visible()
    assert axe(page) == []
    page.get_by_label("Investment objective").select_option("growth")
    page.get_by_label("Years of trading").fill("4")
    for words, amount in (("Annual net income", "120000"), ("Net worth", "900000.50"), ("Liquid net worth", "400000")):
        page.get_by_label(words, exact=True).fill(amount)
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_text("AGREEMENT ON TRADING PERMISSIONS")).to_be_visible()
    assert axe(page) == []
    shot(page, "permissions-read")
    page.set_viewport_size(PHONE)
    assert overflow(page) <= 0
    shot(page, "permissions-read-phone")
    page.set_viewport_size({"width": 1440, "height": 900})

    page.get_by_label("I have read the full text above").check()
    page.get_by_label("Your full name").fill("Bob Bright")
    page.get_by_role("button", name="Sign and submit").click()
    confirm(page)

    expect(page.get_by_text("Your request is under review")).to_be_visible()
    assert axe(page) == []

    page.context.clear_cookies()
    sign_in("alice")
    page.goto(f"{site}/accounts/F200002/products/")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert axe(page) == [], scheme
        shot(page, f"permissions-answer-{scheme}")
    page.set_viewport_size(PHONE)
    assert overflow(page) <= 0
    shot(page, "permissions-answer-phone")
