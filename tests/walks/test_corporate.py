"""A tender offer and a split in a real browser: found in the menu, read, chosen, changed; desk and phone."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.broker.activity.models import CorporateAction
from accounts.broker.corporate.models import Entitlement, VoluntaryAction
from accounts.broker.feed.models import StatementFile
from accounts.ground.access.context import as_role
from tests.walks.test_tax_lots import look

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def announce(world: Any) -> None:
    """Two accounts of Northgate may tender; one of them was split."""
    now, firm = datetime.now(UTC), world["F100001"].firm_id
    with as_role("owner"):
        offer = VoluntaryAction.unscoped.create(
            firm_id=firm, kind="TO", symbol="OPLX", title="Tender at 30 dollars", terms="Thirty dollars a share.",
            options=["Keep the shares", "Tender all"], held_on=now.date(), deadline=now + timedelta(days=5),
            announced_by=1, announced_at=now,
        )  # fmt: skip
        file = StatementFile.unscoped.create(sha256="7" * 64, name="x", kind="flex", size=1, imported_at=now)
        for number, quantity in (("U1000001", 100), ("U2000001", 50)):
            account = world[number]
            Entitlement.unscoped.create(firm_id=firm, account=account, action=offer, quantity=quantity)
        CorporateAction.unscoped.create(
            firm_id=firm, account=world["U1000001"], key="9", action_id="9", kind="FS", symbol="ACME", quantity=200,
            description="ACME SPLIT 3 FOR 1", report_on=now.date(), file=file,
        )  # fmt: skip


def test_an_advisor_reads_and_chooses(own_world: Any, sign_in: Any, page: Page, site: str, axe: Any) -> None:
    sign_in("alice")
    page.goto(f"{site}/trading/corporate-actions/")
    expect(page.get_by_role("main")).to_contain_text("Nothing asks for a choice")
    look(page, axe, "corporate-none")
    announce(own_world)
    page.reload()
    look(page, axe, "corporate")
    page.get_by_role("link", name="Split, ACME").click()
    expect(page.get_by_role("main")).to_contain_text("U1000001")
    look(page, axe, "corporate-told")
    page.go_back()
    page.get_by_role("link", name="OPLX: Tender at 30 dollars").click()
    page.get_by_label("Choice of U2000001").select_option("Tender all")
    page.get_by_role("button", name="Choose U2000001").click()
    expect(page.get_by_role("status")).to_contain_text("U2000001: Tender all")
    look(page, axe, "corporate-chosen")
