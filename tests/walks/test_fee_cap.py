"""A client looks at how far their fees are from the rolling cap, in a real browser."""

from datetime import date

import pytest
from playwright.sync_api import expect

from tests.walks.test_fees import enter, shoot, table

pytestmark = pytest.mark.browser

__all__ = ["enter", "table"]


@pytest.fixture
def charged(table):
    """September's fee of 252,000 x 0.8 % x 21 / 252 has posted."""
    from accounts.ground.access.context import as_role
    from tests.fees.posting.nights import Nights

    nights = Nights(table)
    with as_role("owner"):
        nights.value("U1000001", date(2025, 10, 1), "252000")
        nights.night(date(2025, 10, 1))
    return table


def test_the_owner_sees_every_window_and_an_account_without_values_says_so(charged, enter, site, axe):
    page = enter("ana")
    page.goto(f"{site}/accounts/U1000001/")
    page.get_by_role("link", name="Fee cap").click()
    expect(page.get_by_role("heading", name="Every window")).to_be_visible()
    expect(page.get_by_text("168.00")).not_to_have_count(0)
    assert axe(page) == []
    shoot(page, "fee-cap")

    page = enter("ken")
    page.goto(f"{site}/fees/borne/U1000002/")
    expect(page.get_by_text("No cap yet")).to_be_visible()
    assert axe(page) == []
    shoot(page, "fee-cap-none")
