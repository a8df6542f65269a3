"""What every journey stands on: a portal with the cast in it and one sealed morning on its dashboard."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.world import PASSWORD

SEALED = date(2026, 11, 19)


@pytest.fixture
def morning(own_world: Any) -> Any:
    """Northgate and Bright with thirty days of values, one pending item each, and a sealed night."""
    from accounts.ground.access.context import as_role
    from accounts.ground.notifications.actions import notify
    from accounts.ground.requests.actions import ask
    from accounts.ground.runs.models import Run, Seal
    from fees.accrual.models import AdviserDaily

    with as_role("owner"):
        for number in ("F100001", "F200002"):
            master = own_world[number]
            for back in range(30):
                AdviserDaily.unscoped.create(
                    firm_id=master.firm_id,
                    practice_id=master.practice_id,
                    day=SEALED - timedelta(days=back),
                    currency="USD",
                    accounts=4,
                    nlv=Decimal(5_883_130 - 10_000 * back),
                    flow=Decimal(50_000 if back == 10 else 0),
                    complete=True,
                )
        run = Run.unscoped.create(day=SEALED)
        Seal.unscoped.create(
            firm_id=own_world["F100001"].firm_id,
            day=SEALED,
            run=run,
            digest="0" * 64,
            billable=0,
            billed=0,
            zero=0,
            held=0,
        )
        for number in ("U1000001", "U2000001"):
            ask(
                account=own_world[number],
                kind="application",
                title="Joint account",
                natural_key=number,
                day=SEALED,
                status="incomplete",
            )
            notify(account=own_world[number], kind="message", title="Split 3:1", natural_key=number, day=SEALED)
    return own_world


@pytest.fixture
def sign_in(page: Any, site: str, morning: Any) -> Callable[[str], Any]:
    """`sign_in("alice")` goes through the real sign-in page."""

    def enter(name: str) -> Any:
        page.goto(f"{site}/sign-in/login/")
        page.get_by_label("Username").fill(name)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(f"{site}/")
        return page

    return enter
