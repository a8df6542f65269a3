"""Pages that people open seldom, in both languages and schemes, on a desk and on a phone: whole and clean."""

from typing import Any

import pytest
from playwright.sync_api import expect

from accounts.ground.access.context import as_role
from tests.house.scenery import dress
from tests.walks.test_structure import PHONE, shot

pytestmark = [pytest.mark.browser, pytest.mark.slow]
DESK = {"width": 1440, "height": 900}

PAGES = {
    "alice": (
        "/structure/?node=F200002",
        "/trading/allocation/",
        "/trading/allocation/new/",
        "/trading/restrictions/",
        "/trading/permissions/",
        "/trading/check/",
        "/reports/margin/",
        "/accounts/U1000001/restrictions/",
        "/accounts/U1000001/products/",
        "/accounts/U1000001/authority/",
        "/settings/users/",
        "/settings/users/new/",
        "/settings/roles/",
        "/settings/roles/new/",
        "/settings/authorizations/",
        "/settings/brand/",
        "/accounts/",
    ),
    "ana": ("/", "/approvals/", "/accounts/U1000001/authority/", "/accounts/U1000001/restrictions/", "/statements/"),
    "sam": ("/structure/", "/accounts/U4000001/restrictions/"),
}


@pytest.fixture
def dressed(own_world: Any) -> Any:
    with as_role("owner"):
        dress(own_world)
    return own_world


@pytest.mark.parametrize(
    ("name", "language", "size", "scheme"),
    [("alice", "en", DESK, "light"), ("alice", "ru", PHONE, "dark"), ("ana", "ru", PHONE, "light"),
     ("sam", "en", DESK, "dark")],
)  # fmt: skip
def test_seldom_opened_pages_are_whole(dressed, sign_in, page, site, axe, name, language, size, scheme):
    with as_role("owner"):
        type(dressed.users[name]).objects.filter(pk=dressed.users[name].pk).update(language=language)
    sign_in(name)
    page.set_viewport_size(size)
    page.emulate_media(color_scheme=scheme)
    for address in PAGES[name]:
        page.goto(f"{site}{address}")
        expect(page.locator("main h1")).to_be_visible()
        shot(
            page, f"look-{name}-{address.strip('/').replace('/', '-').replace('?', '-') or 'home'}-{language}-{scheme}"
        )
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], address
        assert axe(page) == [], address
