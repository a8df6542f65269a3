"""The tools of advisors in the browser: with data and without, on a desk and on a phone, in both languages."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts.ground.access.context import as_role
from auth2fa.devices.models import Device, Kind
from tests.browser import overflow
from tests.portal.tools.kit import ira, withdraws, worth
from tests.walks.test_looked_at import DESK
from tests.walks.test_structure import PHONE, shot

pytestmark = [pytest.mark.browser, pytest.mark.slow]
ANA = "U1000001"


@pytest.fixture
def retired(morning: Any) -> Any:
    """Ana has an IRA with two year ends, a withdrawal and a value of the sealed day; the advisor has a device."""
    last_year = timezone.now().year - 1
    account = ira(morning, ANA, born_on=date(last_year - 74, 5, 1))
    worth(account, date(last_year, 12, 31), "100000")
    withdraws(account, date(last_year + 1, 1, 15), "1000")
    worth(account, date(2026, 11, 19), "104000")
    return morning


def protect(world: Any) -> None:
    at = datetime(2025, 1, 2, tzinfo=UTC)
    with as_role("owner"):
        Device.unscoped.create(
            user=world.users["alice"],
            kind=Kind.APP,
            name="app",
            secret=b"sealed",
            created_at=at,
            confirmed_at=at,
            trusted_at=at,
        )


def look(page: Any, axe: Any, size: Any) -> list[str]:
    """What is wrong with a page: accessibility, and whether it is wider than the window."""
    wide = overflow(page) > 0
    return [f"{page.url}: {one}" for one in axe(page)] + ([f"{page.url}: too wide"] if wide else [])


def test_a_goal_is_set_run_and_read(retired, sign_in, page, site, axe):
    sign_in("alice")
    page.goto(f"{site}/tools/")
    page.get_by_role("main").get_by_role("link", name="Goal tracker").click()
    shot(page, "goals-none")
    page.get_by_role("main").get_by_role("link", name="New goal").first.click()
    page.get_by_label("Account ID").fill(ANA)
    page.get_by_label("Name").fill("House by the lake")
    page.get_by_label("What for").select_option("house")
    page.get_by_label("Amount in today's money").fill("120000")
    page.get_by_label("When").fill(f"{timezone.now().year + 10}-11-20")
    shot(page, "goal-form")
    page.get_by_role("button", name="Save and run").click()

    expect(page.get_by_role("heading", name="House by the lake")).to_be_visible()
    faults = []
    for size, scheme in ((DESK, "light"), (PHONE, "dark")):
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=scheme)
        faults += look(page, axe, size)
        shot(page, f"goal-{scheme}")
        page.goto(f"{site}/tools/goals/")
        faults += look(page, axe, size)
        shot(page, f"goals-{scheme}")
        page.go_back()
    assert faults == []


@pytest.mark.parametrize(("language", "size", "scheme"), [("en", DESK, "light"), ("ru", PHONE, "dark")])
def test_the_tools_are_whole(retired, sign_in, page, site, axe, language, size, scheme):
    with as_role("owner"):
        type(retired.users["alice"]).objects.filter(pk=retired.users["alice"].pk).update(language=language)
    page.set_viewport_size(size)
    page.emulate_media(color_scheme=scheme)
    sign_in("alice")
    protect(retired)
    faults = []
    for name, address in (
        ("home", "/tools/"),
        ("rmd", "/tools/rmd/"),
        ("rmd-account", f"/tools/rmd/{ANA}/"),
        ("rmd-none", "/tools/rmd/?q=nobody"),
        ("rmd-not-offered", "/tools/rmd/U2000001/"),
        ("goals", "/tools/goals/"),
        ("queries", "/tools/queries/"),
        ("queries-found", "/tools/queries/?kind=performance&period=ytd&run=1"),
        ("queries-attributes", "/tools/queries/?kind=attributes&run=1"),
        ("queries-none", "/tools/queries/?kind=symbol&symbol=AAPL&run=1"),
    ):
        assert page.goto(f"{site}{address}").status == 200, address
        faults += look(page, axe, size)
        shot(page, f"tools-{name}-{language}-{scheme}")
    assert faults == []
