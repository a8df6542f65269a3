"""Choosing who pays allocation minimums in a real browser, and what the night then made of them; in both languages."""

from uuid import uuid4

import pytest
from playwright.sync_api import expect

from accounts.ground.access.context import as_role
from accounts.ground.runs.models import Seal
from fees.borne.models import BorneCharge
from tests.walks.test_giving_back import billed, enter, shoot
from tests.world import PASSWORD

pytestmark = pytest.mark.browser
__all__ = ["billed", "enter"]


@pytest.fixture
def worked(billed):
    """Alice has paid the minimum of Ana's part of a block, and has a part of it back."""
    account = billed["U1000001"]
    block = uuid4()
    with as_role("owner"):
        day = Seal.unscoped.latest("day").day
        for revision, (amount, charged) in enumerate((("0.25", "0.25"), ("-0.05", "0.20"))):
            BorneCharge.unscoped.create(
                pk=uuid4(),
                firm_id=account.firm_id,
                account=account,
                practice_id=account.practice_id,
                kind="allocation",
                block_id=block,
                revision=revision,
                worked={"plan": "tiered", "quantity": "50", "value": "500", "minimum": "0.25", "commission": charged},
                description="AAPL",
                charged_on=day,
                day=day,
                place=revision,
                amount=amount,
                currency="USD",
                payer="master",
                balance=5000,
                master_currency="USD",
                usd_rate=1,
                rate=1,
                run_id=0,
            )


def test_an_advisor_chooses_to_pay_and_makes_an_exception(enter, site, axe, worked):
    page = enter("alice")
    page.goto(f"{site}/fees/allocation-minimums/")
    expect(page.get_by_text("Nothing has been chosen")).to_be_visible()
    assert axe(page) == []
    shoot(page, "minimums-empty")

    page.get_by_label("Tiered").check()
    page.get_by_label("Advisor", exact=True).check()
    page.get_by_role("button", name="Save").first.click()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_text("Saved; it holds for trades from")).to_be_visible()

    page.get_by_label("Account ID").fill("U1000002")
    page.get_by_label("Paid by").select_option("client")
    page.get_by_role("button", name="Save").last.click()
    if page.get_by_label("Password").count():
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("link", name="U1000002")).to_be_visible()
    # The page that asks for the password answers with 403.
    page.problems.clear()
    assert axe(page) == []
    shoot(page, "minimums")

    page.get_by_role("link", name="Minimums so far").click()
    expect(page.get_by_text("50 shares for 500.00 USD").first).to_be_visible()
    expect(page.get_by_text("goes back to the advisor")).to_be_visible()
    assert axe(page) == []
    shoot(page, "minimums-paid")


def test_in_russian(enter, site, billed, axe):
    with as_role("owner"):
        type(billed.users["bob"]).objects.filter(pk=billed.users["bob"].pk).update(language="ru")
    page = enter("bob")
    page.goto(f"{site}/fees/allocation-minimums/")
    expect(page.get_by_text("Ваш тарифный план у брокера")).to_be_visible()
    assert axe(page) == []
    shoot(page, "minimums-ru")
