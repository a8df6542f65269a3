"""An advisor reads what differs between agreements and bills, and what hedge funds are worth, in a real browser."""

import os
from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import transaction
from playwright.sync_api import expect

from accounts.ground.access.context import as_role
from accounts.ground.runs.actions import hold_account
from fees.differences.models import Difference, DifferenceReason
from fees.funds.models import FundValue
from tests.world import PASSWORD

PHONE, DESK = {"width": 390, "height": 844}, {"width": 1440, "height": 900}


@pytest.fixture
def differing(own_world):
    """Ana was charged for days before her account was opened; Ken's schedule is not what he signed."""
    rows = [
        ("U1000001", DifferenceReason.START_PRORATION, 4, f"charge {uuid4()}", "109.13", "208.33",
         {"kind": "days", "billed": 21, "covered": 11}),
        ("U1000002", DifferenceReason.WRONG_RATE, 1, "terms 1 1", None, None,
         {"kind": "signed", "signed": "0.01", "agreed": "0.020000"}),
    ]  # fmt: skip
    with as_role("owner"), transaction.atomic():
        for number, reason, method, subject, expected, found, detail in rows:
            account = own_world[number]
            Difference.unscoped.create(
                pk=uuid4(), firm_id=account.firm_id, account=account, practice_id=account.practice_id, reason=reason,
                method=method, subject=subject, day=date(2025, 9, 30), currency="USD", detail=detail,
                expected=expected and Decimal(expected), found=found and Decimal(found),
            )  # fmt: skip
        ana = own_world["U1000001"]
        told = {"firm_id": ana.firm_id, "account": ana, "fund": "Alpha Partners Fund II", "taken_out": 0}
        for day, value, put_in, source in (
            (date(2025, 8, 31), None, 5000, "Letter of the manager"), (date(2025, 9, 30), 250000, 0, "Administrator"),
        ):  # fmt: skip
            FundValue.unscoped.create(
                **told, day=day, value=value, put_in=put_in, source=source, recorded_by=own_world.users["olga"]
            )
        hold_account(
            account=ana, day=date(2025, 9, 30), stage="close", reason="no_valuation", detail="Beta Macro 2025-09-30",
            title="A fee on a hedge fund waits for what the investment is worth",
        )  # fmt: skip
    return own_world


@pytest.mark.browser
def test_the_list_of_differences(differing, page, site, axe):
    page.goto(f"{site}/sign-in/login/")
    page.get_by_label("Username").fill("alice")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{site}/")
    page.goto(f"{site}/fees/")
    page.get_by_role("link", name="Agreement to bill").click()

    expect(page.get_by_text("21 business days were charged; the agreement covers 11 of the period.")).to_be_visible()
    expect(page.get_by_text("The client signed 1 %; the schedule in force says 2 %.")).to_be_visible()
    assert axe(page) == []
    _picture(page, "differences")
    page.set_viewport_size(PHONE)
    assert axe(page) == []
    _picture(page, "differences-phone")

    page.goto(f"{site}/fees/differences/?reason=exit_refund")
    expect(page.get_by_text("No difference matches")).to_be_visible()
    assert axe(page) == []
    _picture(page, "differences-none")

    page.goto(f"{site}/fees/")
    page.get_by_role("link", name="Hedge fund fees").click()
    expect(page.get_by_text("These fees wait for a value.")).to_be_visible()
    expect(page.get_by_text("Alpha Partners Fund II").first).to_be_visible()
    for place, scheme in (("phone", "light"), ("phone-dark", "dark"), ("dark", "dark"), ("desk", "light")):
        page.set_viewport_size(PHONE if place.startswith("phone") else DESK)
        page.emulate_media(color_scheme=scheme)
        assert axe(page) == []
        _picture(page, f"funds-{place}")
    page.goto(f"{site}/fees/hedge-funds/?q=nobody")
    expect(page.get_by_text("No investment matches")).to_be_visible()
    assert axe(page) == []


def _picture(page, name):
    if folder := os.environ.get("PORTAL_PICTURES"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)
