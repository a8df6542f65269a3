"""A month at the billing desk in a real browser: sums, what is worth a look, closing it; in both languages."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts.ground.access.context import as_role
from fees.billing.models import BillingRule
from tests.walks.test_giving_back import billed, enter, shoot
from tests.world import PASSWORD

pytestmark = pytest.mark.browser
__all__ = ["billed", "enter"]


@pytest.fixture
def desk(enter, billed):
    """Alice before her desk, in the month of the last night."""
    alice = billed.users["alice"]
    with as_role("owner"):
        BillingRule.unscoped.create(
            practice=billed["F100001"].practice,
            firm_id=billed["F100001"].firm_id,
            threshold=1000,
            changed_at=timezone.now(),
            changed_by=alice.pk,
        )
    return enter("alice")


def test_a_month_is_looked_through_and_closed(desk, site, axe):
    desk.goto(f"{site}/fees/billing/")
    expect(desk.get_by_role("heading", name="Billing desk")).to_be_visible()
    assert axe(desk) == []
    shoot(desk, "billing")

    desk.get_by_role("button", name="Close the month").click()
    desk.get_by_label("Password").fill(PASSWORD)
    desk.get_by_role("button", name="Continue").click()

    desk.wait_for_url("**/fees/billing/?month=*")
    desk.problems.clear()
    expect(desk.get_by_role("button", name="Open the month again")).to_be_visible()
    assert axe(desk) == []
    shoot(desk, "billing-closed")


def test_the_desk_in_russian(enter, site, billed, axe):
    with as_role("owner"):
        type(billed.users["bob"]).objects.filter(pk=billed.users["bob"].pk).update(language="ru")
    page = enter("bob")
    page.goto(f"{site}/fees/billing/")
    expect(page.get_by_role("heading", name="Расчёты за месяц")).to_be_visible()
    assert axe(page) == []
    shoot(page, "billing-ru")
