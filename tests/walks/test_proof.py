"""A client opens the proof of a fee and works it out again, in a real browser."""

import os
import re
from datetime import date

import pytest
from playwright.sync_api import expect

from tests.world import PASSWORD

ANA = "U1000001"


@pytest.fixture
def fees(own_world):
    """The worked cases D01 and D07 of Ana: a month-end fee and one that accrued."""
    from tests.fees.posting.nights import Nights, figures

    nights = Nights(own_world)
    nights.agree(ANA, figures("PERCENTOFEQUITY_EOM", rate="0.01"), figures("ANNUALFLATFEE_MONTHLY", flat="6000"),
                 starts=date(2025, 9, 16))  # fmt: skip
    nights.values(ANA, "250000", date(2025, 9, 16), date(2025, 9, 30))
    nights.nights(date(2025, 9, 16), date(2025, 9, 30))
    return nights


@pytest.fixture
def enter(page, site):
    def sign_in(name):
        page.goto(f"{site}/sign-in/login/")
        page.get_by_label("Username").fill(name)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(f"{site}/")
        return page

    return sign_in


@pytest.mark.browser
@pytest.mark.parametrize("method", [4, 22], ids=["at month's end", "accrued"])
def test_a_client_works_a_fee_out_again(fees, enter, site, axe, method):
    page = enter("ana")
    page.goto(f"{site}/fees/proofs/{fees.charge(ANA, method=method).pk}/")
    expect(page.get_by_role("heading", name="Proof of a fee")).to_be_visible()
    assert axe(page) == []

    page.get_by_role("button", name="Work it out again").click()

    expect(page.get_by_text(re.compile("It agrees"))).to_be_visible()
    assert page.url.endswith("/")
    assert axe(page) == []
    if folder := os.environ.get("PORTAL_PICTURES"):
        page.screenshot(path=f"{folder}/proof-{method}.png", full_page=True)
        page.set_viewport_size({"width": 390, "height": 844})
        page.screenshot(path=f"{folder}/proof-{method}-phone.png", full_page=True)


@pytest.mark.browser
def test_it_works_without_script(fees, browser, site, browser_context_args):
    context = browser.new_context(**{**browser_context_args, "java_script_enabled": False})
    page = context.new_page()
    page.goto(f"{site}/sign-in/login/")
    page.get_by_label("Username").fill("alice")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.goto(f"{site}/fees/proofs/{fees.charge(ANA, method=4).pk}/")

    page.get_by_role("button", name="Work it out again").click()

    expect(page.get_by_text(re.compile("It agrees"))).to_be_visible()
    context.close()
