"""The Tax Optimizer in a real browser: figures before a choice, a choice, somebody else who waits; desk and phone."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.ground.access.context import as_role
from tests.broker.flex import Desk, document, nav, section, statement
from tests.broker.lots.conftest import HELD, TRADES, trade
from tests.browser import overflow
from tests.walks.test_looked_at import DESK
from tests.walks.test_structure import PHONE, shot

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def traded(own_world: Any, tmp_path: Path) -> Any:
    """Ana's sheet, and a closed contract of which the broker says something else."""
    apart = (
        trade(8, "20250610", 10, "-100", symbol="ABC", conid=78),
        trade(9, "20250616", -10, "140", symbol="ABC", conid=78, fifoPnlRealized=39),
    )
    with as_role("owner"):
        told = statement(
            nav("1", "20250616"), section("Trades", *TRADES, *apart), section("OpenPositions", HELD), first="20250616"
        )
        Desk(tmp_path).load(document(told))
    return own_world


def look(page: Page, axe: Any, name: str) -> None:
    for size, scheme in ((DESK, "light"), (PHONE, "dark")):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        shot(page, f"lots-{name}-{scheme}")
        assert overflow(page) <= 0, name
        assert axe(page) == [], (name, scheme)
    page.set_viewport_size(DESK)  # type: ignore[arg-type]
    page.emulate_media(color_scheme="light")


def test_lots_are_looked_at_tried_and_chosen(traded: Any, sign_in: Any, page: Page, site: str, axe: Any) -> None:
    sign_in("alice")
    page.goto(f"{site}/trading/tax-lots/")
    look(page, axe, "accounts")
    page.get_by_role("main").get_by_role("link", name="U1000002").click()
    look(page, axe, "none")
    page.goto(f"{site}/accounts/U1000001/tax-lots/")
    expect(page.get_by_role("main")).to_contain_text("\u22121.00")  # what the broker says of ABC is a dollar less
    page.get_by_role("button", name="Start the Tax Optimizer").click()
    expect(page.get_by_role("main")).to_contain_text("You have been running the Tax Optimizer")
    page.get_by_label("Method", exact=True).select_option("MLG")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_contain_text("Maximize long-term gain holds from")
    look(page, axe, "account")
    page.get_by_role("link", name="XYZ").click()
    page.get_by_label("Quantity to close").fill("150")
    page.get_by_label("Price").fill("25")
    page.get_by_role("button", name="Work it out").click()
    expect(page.get_by_role("row", name="Last in, first out")).to_contain_text("1,250.00")
    page.locator("[name=take]").nth(1).fill("30")
    page.get_by_label("Method", exact=True).select_option("SL")
    look(page, axe, "contract")
    page.get_by_role("button", name="Choose").click()
    expect(page.get_by_role("status")).to_contain_text("Specific lot")
    page.get_by_role("main").get_by_role("link", name="2025-06-16").click()
    expect(page.locator("#methods")).to_contain_text("Maximize short-term loss")

    page.context.clear_cookies()
    sign_in("vera")
    page.goto(f"{site}/accounts/U1000001/tax-lots/")
    expect(page.get_by_role("main")).to_contain_text("Another user is running Tax Optimizer")
    look(page, axe, "taken")
