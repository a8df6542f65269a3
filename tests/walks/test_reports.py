"""Reports in a real browser: asked for, read, narrowed, taken along; on a phone and in the dark."""

from datetime import date, timedelta

import pytest
from playwright.sync_api import expect

from accounts.broker.feed.job import ensure_partitions
from accounts.broker.feed.models import NavDaily
from accounts.ground.access.context import as_role
from tests.browser import overflow
from tests.walks.conftest import SEALED
from tests.walks.test_structure import PHONE, shot

pytestmark = pytest.mark.browser


@pytest.fixture
def valued(morning):
    """Two accounts of Northgate with November's values; one of them gained a tenth."""
    first = date(2026, 10, 30)
    with as_role("owner"):
        ensure_partitions(first, SEALED)
        for number, nlv in (("U1000001", 100_000), ("I4000001", 900_000)):
            for place in range((SEALED - first).days + 1):
                day = first + timedelta(days=place)
                grown = nlv * 11 // 10 if number == "U1000001" and day == SEALED else nlv
                NavDaily.unscoped.create(nav_date=day, account_id=morning[number].pk, nlv=grown, currency="USD")
    return morning


def test_a_report_is_asked_for_read_and_taken_along(valued, sign_in, page, site, axe):
    sign_in("alice")
    page.goto(f"{site}/reports/")
    assert axe(page) == []
    shot(page, "reports_home")
    page.get_by_role("main").get_by_role("link", name="Portfolio analysis").first.click()
    expect(page.get_by_role("row", name="All as one")).to_contain_text("+1.00%")
    assert axe(page) == []
    for wide, scheme in ((1440, "light"), (1440, "dark"), (390, "light")):
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": wide, "height": 900})
        shot(page, f"reports_{wide}_{scheme}")
    page.set_viewport_size({"width": 1440, "height": 900})
    page.get_by_role("textbox", name="Accounts").fill("U1000001")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("row", name="I4000001")).to_have_count(0)
    with page.expect_download() as taken:
        page.get_by_role("button", name="CSV").click()
    assert taken.value.suggested_filename == "performance-2026-11-19.csv"
    page.goto(f"{site}/reports/fees/?by=advisor")
    shot(page, "reports_fees")
    assert axe(page) == []


def test_the_portfolio_report_is_whole(valued, sign_in, page, site, axe):
    sign_in("alice")
    page.goto(f"{site}/reports/portfolio/?accounts=U1000001&period=month_to_date&free=2")
    expect(page.get_by_role("row", name="The whole period")).to_contain_text("+10.00%")
    for wide, scheme in ((1440, "light"), (1440, "dark"), (390, "light"), (390, "dark")):
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": wide, "height": 900})
        assert axe(page) == [], (wide, scheme)
        shot(page, f"reports_portfolio_{wide}_{scheme}")
    shown = [page.locator(f"{part}:visible") for part in (".top", ".page-actions", ".btn")]
    assert all(part.count() for part in shown)
    page.emulate_media(media="print", color_scheme="dark")
    for part in shown:
        expect(part).to_have_count(0)
    # A long table begins where it stands on paper, and the first page is not white.
    table = page.locator(".report-section:has(.table-box)").first
    assert table.evaluate("one => getComputedStyle(one).breakInside") == "auto"


def test_on_a_phone_nothing_runs_out_of_the_page(valued, sign_in, page, site):
    page.set_viewport_size(PHONE)
    sign_in("alice")
    for address in ("", "performance/", "portfolio/", "summary/", "fees/", "income/", "activity/"):
        page.goto(f"{site}/reports/{address}")
        assert overflow(page) <= 0, address
