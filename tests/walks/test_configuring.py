"""An advisor configures one client from a template and several at once, in a real browser."""

import pytest
from playwright.sync_api import expect

from tests.walks.test_fees import ANA, KEN, confirm, enter, shoot, table

__all__ = ["enter", "table"]

pytestmark = pytest.mark.browser


def test_from_a_template_for_one_and_for_several(enter, site, axe, table):
    from datetime import date

    from accounts.ground.access.context import as_role
    from accounts.ground.jobs.models import Job
    from fees.patterns.tasks import give
    from tests.fees.posting.nights import Nights, figures

    others = Nights(table)
    with as_role("owner"):
        others.agree(KEN, figures("PERCENTOFEQUITY_EOM", rate="0.012"), starts=date(2025, 1, 2))
        others.value(KEN, date(2025, 9, 30), "100000")
    page = enter("alice")
    page.goto(f"{site}/fees/templates/new/")
    page.get_by_label("Name of the template").fill("Standard")
    page.get_by_label("Percent of value", exact=True).check()
    page.locator("[name=percent-method]").select_option("4")
    page.locator("[name=percent-rate]").fill("1")
    page.get_by_role("button", name="Save template").click()
    confirm(page)
    expect(page.get_by_text("The template is saved")).to_be_visible()

    page.goto(f"{site}/fees/configure/{ANA}/")
    page.get_by_label("Begin with a template").select_option("Standard")
    expect(page.get_by_text("As the template “Standard” says.")).to_be_visible()
    expect(page.get_by_text("Far from the rolling cap")).to_be_visible()
    expect(page.get_by_text("Your other clients: half of them pay 1.20%")).to_be_visible()
    page.locator("[name=percent-rate]").fill("1.1")
    expect(page.get_by_text("One field differs from the template")).to_be_visible()
    assert axe(page) == []
    shoot(page, "configure-one")

    page.goto(f"{site}/fees/configure/")
    assert axe(page) == []
    shoot(page, "configure-several-empty")
    page.get_by_label("Percent of value", exact=True).check()
    page.locator("[name=percent-method]").select_option("4")
    page.locator("[name=percent-rate]").fill("1")
    page.get_by_label(ANA).check()
    page.get_by_role("button", name="Work out what it means").click()
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    with as_role("owner"):
        job = Job.unscoped.get(kind="fee_review")
    give(str(job.pk), job.user_id, job.seat_id)
    expect(page.get_by_text("Waits for the client")).to_be_visible()
    assert axe(page) == []
    shoot(page, "configure-several-found")

    page.locator("summary", has_text="EN").click()
    page.get_by_role("button", name="Русский").click()
    expect(page.get_by_role("heading", name="Эти условия")).to_be_visible()
    page.goto(f"{site}/fees/configure/{ANA}/")
    shoot(page, "configure-one-ru")
    page.goto(f"{site}/fees/configure/")
    assert axe(page) == []
    shoot(page, "configure-several-ru")
