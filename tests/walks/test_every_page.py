"""Pages that no other walk opens: without a fault for a reader in light, dark and forced colours, and by keys alone."""

from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from accounts.ground.access.context import as_role
from tests.browser import overflow
from tests.house.matrix import portal_routes, targets
from tests.house.scenery import dress
from tests.house.specimens import NOWHERE
from tests.walks.test_vault import enter, open_book

pytestmark = [pytest.mark.browser, pytest.mark.slow]

# Names of routes, opened at the account U1000001 where they take one.
PAGES = {
    "": ("account_reset_password", "account_reset_password_done", "account_reset_password_from_key", "code_help"),
    "alice": (
        *("account_change_password", "data", "activity", "performance", "income", "portfolio", "notification"),
        *("managed_account", "esg", "esg_account", "new_goal", "rmd_account", "allocate", "announcement", "choices"),
        *("account_margin", "add_restriction", "permission", "funding_request", "recurring_one", "move", "save_bank"),
        *("save_broker", "save_payee", "account_cap", "invoice_limit", "invoice", "new_reimbursements"),
        *("reimbursement", "notice", "configure_account", "proposal", "invite_client", "application_tasks", "consent"),
        *("thread", "own", "fund_request", "mx", "recover", "sheets", "protects", "members", "copy", "week", "days"),
        *("agenda", "trash", "import", "box", "board", "patterns"),
    ),
    "ana": (
        *("performance", "own_impact", "announcement", "ask_permission", "permission", "funding_request", "approval"),
        *("recurring_one", "account_cap", "notice", "proof", "ask", "thread", "fund_request"),
    ),
}
OFFICE = (
    *("broker/voluntaryaction", "broker/entitlement", "broker/lotchoice", "broker/fundingdecision", "broker/savedbank"),
    *("tools/impactrelease", "tools/impacttopic", "fees/fundvalue", "accounts/calendarday"),
)
LOOKS = ({"color_scheme": "dark"}, {"color_scheme": "light", "forced_colors": "active"})
# Whether something shows that it has the keys: an outline, a ring or a border of another colour.
SHOWS = """
() => {
  const one = document.activeElement, style = getComputedStyle(one);
  if (one === document.body) return "";
  const seen = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0 || style.boxShadow !== "none";
  return seen ? "" : one.outerHTML.slice(0, 120);
}
"""


@pytest.fixture
def dressed(own_world: Any) -> Any:
    with as_role("owner"):
        dress(own_world)
    return own_world


@pytest.fixture
def looked_at(page, site, axe):
    """What is wrong with one page, in each look."""

    def look(address: str) -> list[str]:
        page.emulate_media(color_scheme="light", forced_colors="none")
        answer = page.goto(f"{site}{address}")
        wrong = [] if answer.status == 200 else [f"{address}: {answer.status}"]
        if overflow(page) > 0:
            wrong.append(f"{address}: wider than the window")
        wrong += [f"{address}: {one}" for one in axe(page)]
        for how in LOOKS:
            page.emulate_media(**{"forced_colors": "none", **how})
            # a page is the same in each look but for its colours
            wrong += [f"{address} {' '.join(how.values())}: {one}" for one in axe(page, "color-contrast")]
        page.emulate_media(color_scheme="light", forced_colors="none")
        return wrong

    return look


def addresses(world: Any, names: tuple[str, ...]) -> list[str]:
    """Where the routes of those names are, the parameters filled in from the scenery."""
    found, without = [], set(names)
    for route in portal_routes():
        if route.name in names and not route.template.startswith("api/"):
            here = [route.url(**values) for number, values in targets(world, route) if number in (None, "U1000001")]
            found += [one for one in here if NOWHERE not in one]
            without -= {route.name} if any(NOWHERE not in one for one in here) else set()
    assert without == set()
    return found


def test_what_no_other_walk_opens_has_no_fault(dressed, page, site, looked_at):
    wrong = []
    for name, names in PAGES.items():
        if name:
            enter(page, site, name)
        if name == "alice":
            open_book(page, site)
        for address in addresses(dressed, names):
            wrong += [f"{name} {one}" for one in looked_at(address)]
    enter(page, site, "olga", reverse("admin:index"))
    for place in OFFICE:
        wrong += looked_at(f"/office/{place}/")
    assert "\n".join(wrong) == ""


def test_keys_alone_reach_everything_and_show_where_they_are(sign_in, page, site):
    """The skip link is first and works; whatever Tab reaches shows it; Esc closes what opened."""
    sign_in("alice")
    for address in ("/", "/accounts/", "/fees/", "/settings/user/"):
        page.goto(f"{site}{address}")
        page.keyboard.press("Tab")
        expect(page.locator(".skip")).to_be_focused()
        expect(page.locator(".skip")).to_be_in_viewport()
        for _step in range(45):
            page.keyboard.press("Tab")
            assert page.evaluate(SHOWS) == "", address
        page.locator(".skip").focus()
        page.keyboard.press("Enter")
        expect(page.locator("#main")).to_be_focused()
    page.keyboard.press("?")
    expect(page.locator("dialog[open]")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("dialog[open]")).to_have_count(0)
    page.keyboard.press("Control+k")
    expect(page.locator("dialog[open]")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("dialog[open]")).to_have_count(0)
