"""The fee of an STL group in a real browser: its terms, and the proof that names each account."""

import os
from datetime import date
from pathlib import Path

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from tests.fees.groups.conftest import MASTER, Group
from tests.fees.posting.nights import figures
from tests.world import PASSWORD

pytestmark = pytest.mark.browser

FIRST, PAID_FROM, DUE = date(2025, 9, 22), date(2025, 9, 30), date(2025, 10, 1)


def shoot(page, name):
    """For looking at, in both schemes; off unless a folder is named."""
    if folder := os.environ.get("PORTAL_SHOTS"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            page.screenshot(path=f"{folder}/{name}-{scheme}.png", full_page=True)
        page.emulate_media(color_scheme="light")


@pytest.fixture
def charge(own_world):
    """A month from the 22nd on, drawn from both subs."""
    group = Group(own_world)
    group.agree(MASTER, figures("PERCENTOFEQUITY_MONTHLY", rate="0.01"), starts=FIRST)
    group.worth_between(FIRST, DUE, "100000", "60000", "40000")
    group.has(PAID_FROM, "10.00", "20.00", "25.00")
    group.nights(FIRST, DUE)
    return group.charge(MASTER)


def test_the_advisor_reads_terms_and_proof(charge, page, site, axe):
    page.goto(f"{site}/sign-in/login/")
    page.get_by_label("Username").fill("alice")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{site}/")
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(site + reverse("fees:configure_account", args=[MASTER]))
        expect(page.get_by_role("heading", name="One fee for the whole group")).to_be_visible()
        assert axe(page) == []
        shoot(page, f"terms-{width}")
        page.goto(site + reverse("fees:proof", args=[charge.pk]))
        expect(page.get_by_text("Handed to the master")).to_be_visible()
        assert axe(page) == []
        shoot(page, f"proof-{width}")
