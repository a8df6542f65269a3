"""A month at the billing desk in a real browser: sums, what is worth a look, closing it; in both languages; and the
broker's charges that the advisor pays.
"""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts.ground.access.context import as_role
from accounts.ground.clock import exchange_today
from accounts.ground.runs.models import Seal
from fees.billing.models import BillingRule
from fees.billing.rules import Month
from fees.borne.models import BorneCharge
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
            former=500,
            holds_from=exchange_today() + timedelta(days=3),
            changed_at=timezone.now(),
            changed_by=alice.pk,
        )
    return enter("alice")


def test_a_month_is_looked_through_and_closed(desk, site, axe):
    desk.goto(f"{site}/fees/billing/")
    expect(desk.get_by_role("heading", name="Billing desk")).to_be_visible()
    expect(desk.get_by_text("a second person approves from 500.00")).to_be_visible()
    assert axe(desk) == []
    shoot(desk, "billing")

    # Of the month before every night has been.
    desk.goto(f"{site}/fees/billing/?month={Month.of(exchange_today()).before.text}")
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


@pytest.fixture
def borne(billed):
    """Ana's commission was paid by Alice, whose money then no longer covered the broker's other fee."""
    account = billed["U1000001"]
    with as_role("owner"):
        day = Seal.unscoped.latest("day").day
        for place, (kind, payer, balance) in enumerate((("commission", "master", 1000), ("other", "client", 998))):
            BorneCharge.unscoped.create(
                pk=uuid4(),
                firm_id=account.firm_id,
                account=account,
                practice_id=account.practice_id,
                kind=kind,
                trade_id=1 if kind == "commission" else None,
                line_id=1 if kind == "other" else None,
                description="AAPL" if kind == "commission" else "MARKET DATA",
                charged_on=day,
                day=day,
                place=place,
                amount=2,
                currency="USD",
                payer=payer,
                balance=balance,
                master_currency="USD",
                usd_rate=1,
                rate=1,
                run_id=0,
            )


def test_who_paid_the_brokers_charges(enter, site, axe, borne):
    page = enter("alice")
    page.goto(f"{site}/fees/borne/")
    expect(page.get_by_text("1,000.00 USD before it")).to_be_visible()
    assert axe(page) == []
    shoot(page, "borne")
    page.goto(f"{site}/fees/borne/?payer=client")
    expect(page.get_by_text("1,000.00 USD before it")).to_have_count(0)
    page.goto(f"{site}/fees/borne/?q=nobody")
    expect(page.get_by_text("No charge matches")).to_be_visible()
    assert axe(page) == []
    shoot(page, "borne-filtered")


def test_an_advisor_without_such_charges_is_told_what_will_stand_there_in_russian(enter, site, billed, axe):
    with as_role("owner"):
        type(billed.users["bob"]).objects.filter(pk=billed.users["bob"].pk).update(language="ru")
    page = enter("bob")
    page.goto(f"{site}/fees/borne/")
    expect(page.locator("#list")).to_be_visible()
    assert axe(page) == []
    shoot(page, "borne-ru-empty")
