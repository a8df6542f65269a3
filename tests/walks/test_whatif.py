"""An advisor looks at what was earned, tries terms on the book and opens a client's year, in a real browser."""

from datetime import date

import pytest
from playwright.sync_api import expect

from tests.walks.test_fees import shoot
from tests.world import PASSWORD

pytestmark = pytest.mark.browser

ANA, SAM = "U1000001", "I4000001"
AUGUST, SEPTEMBER, POSTED = date(2025, 8, 29), date(2025, 9, 30), date(2025, 10, 1)


@pytest.fixture
def book(own_world):
    from accounts.ground.access.context import as_role
    from tests.fees.posting.nights import Nights, figures

    nights = Nights(own_world)
    with as_role("owner"):
        for number, rate in ((ANA, "0.01"), (SAM, "0.005")):
            nights.agree(number, figures("PERCENTOFEQUITY_EOM", rate=rate), starts=date(2025, 8, 1))
        nights.agree(ANA, figures("PERCENTOFEQUITY_EOM", rate="0.009"), starts=date(2099, 1, 2))
        for day in (AUGUST, date(2025, 9, 2), SEPTEMBER, POSTED):
            for number in (ANA, SAM):
                nights.value(number, day, "252000")
            nights.night(day)
    return own_world


@pytest.fixture
def enter(page, site, book):
    def sign_in(name):
        page.context.clear_cookies()
        page.goto(f"{site}/sign-in/login/")
        page.get_by_label("Username").fill(name)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(f"{site}/")
        return page

    return sign_in


def work(kind="what_if"):
    """What a worker does once it is called."""
    from accounts.ground.access.context import as_role
    from accounts.ground.jobs.models import Job
    from fees.whatif.tasks import work_out

    with as_role("owner"):
        job = Job.unscoped.filter(kind=kind).latest("created_at")
    work_out(str(job.pk), job.user_id, job.seat_id)


def test_from_the_overview_to_a_what_if_and_a_clients_year(enter, site, axe):
    page = enter("alice")

    page.goto(f"{site}/fees/overview/")
    expect(page.get_by_role("heading", name="What comes next")).to_be_visible()
    expect(page.get_by_text("Half of your clients pay")).to_be_visible()
    assert axe(page) == []
    shoot(page, "overview")

    page.get_by_role("link", name="Agreed terms").first.click()
    expect(page.get_by_role("link", name=ANA)).to_be_visible()
    assert axe(page) == []
    shoot(page, "schedules")

    page.goto(f"{site}/fees/what-if/?like={ANA}")
    page.locator("[name=percent-rate]").fill("1.2")
    assert axe(page) == []
    shoot(page, "what-if-form")
    page.get_by_role("button", name="Try these terms").click()
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    shoot(page, "what-if-progress")
    work()
    expect(page.get_by_role("heading", name="Account by account")).to_be_visible()
    expect(page.locator("#list").get_by_text(ANA)).to_be_visible()
    assert axe(page) == []
    shoot(page, "what-if-found")

    page.goto(f"{site}/fees/history/{ANA}/")
    expect(page.get_by_role("heading", name="Advisory fees 2025")).to_be_visible()
    assert axe(page) == []
    shoot(page, "history")


def test_in_russian_and_with_nothing_yet(enter, site, axe):
    page = enter("mallory")
    page.goto(f"{site}/fees/overview/")
    expect(page.get_by_text("Nothing earned yet")).to_be_visible()
    assert axe(page) == []
    shoot(page, "overview-empty")
    page.goto(f"{site}/fees/schedules/")
    expect(page.get_by_text("Nothing agreed here")).to_be_visible()
    shoot(page, "schedules-empty")

    page = enter("alice")
    page.goto(f"{site}/fees/history/{ANA}/")
    page.locator("summary", has_text="EN").click()
    page.get_by_role("button", name="Русский").click()
    expect(page.get_by_role("heading", name="Вознаграждение консультанта за 2025 год")).to_be_visible()
    shoot(page, "history-ru")
    page.goto(f"{site}/fees/overview/?forecast=1")
    shoot(page, "overview-ru")
    page.goto(f"{site}/fees/what-if/")
    shoot(page, "what-if-form-ru")
