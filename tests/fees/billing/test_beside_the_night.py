"""A forecast at work holds nothing that a night or another practice needs, with connections as in production."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal

import pytest
from django.db import connections, transaction

from accounts.ground.access.context import as_role, cursor
from accounts.ground.runs.models import Run
from fees.billing import forecast as forecasting
from fees.billing.rules import Month
from fees.invoicing.models import Invoice
from tests.fees.invoicing.conftest import Desk, at
from tests.fees.posting.nights import figures

ANA, CHIDI, GROUP = "U1000001", "U2000001", "I4000001"
SUBS = ("U4000001", "U4000002")
FIRST, SECOND = date(2025, 10, 29), date(2025, 10, 30)
OCTOBER = Month(date(2025, 10, 1))


@pytest.fixture
def northgate(own_world) -> Desk:
    """Ana and the trading group are Northgate's; Chidi stands between them, is Bright's, and waits for an invoice."""
    desk = Desk(own_world, as_role)
    with as_role("owner"):
        chidi = own_world[CHIDI]
        Invoice.unscoped.create(
            firm_id=chidi.firm_id, account=chidi, practice_id=chidi.practice_id, amount=Decimal(20), currency="USD",
            business_day=SECOND, submitted_at=at(FIRST), submitted_by=own_world.users["bob"],
        )  # fmt: skip
        Run.unscoped.create(day=FIRST, state="done", started_at=at(FIRST))
    for number in (ANA, CHIDI, GROUP):
        desk.agree(number, figures("ANNUALFLATFEE", flat="2520"), starts=FIRST)
    for number in (ANA, CHIDI, GROUP, *SUBS):
        desk.value(number, FIRST, "100000")
    return desk


def a_night_and_a_neighbour(chidi: int) -> None:
    """The night of the next day begins, and Chidi's invoice and fee are written, without waiting for anybody."""
    try:
        with as_role("night"), transaction.atomic(using="night"), cursor() as cur:
            cur.execute("SET LOCAL lock_timeout = '500ms'")
            Run.unscoped.create(day=SECOND, state="waiting")
            cur.execute("UPDATE fees_invoice SET reason = reason WHERE account_id = %s", [chidi])
            assert cur.rowcount == 1
            cur.execute(
                "INSERT INTO fees_accrual (accrual_date, account_id, component_id, method, base, rate, amount, run_id)"
                " SELECT %s, %s, component_id, method, 0, 0, 0, 1 FROM fees_runschedule WHERE account_id = %s",
                [SECOND, chidi, chidi],
            )
            assert cur.rowcount == 1
            transaction.set_rollback(True, using="night")
    finally:
        connections.close_all()


def test_a_night_begins_and_a_neighbour_is_billed_while_a_forecast_is_at_work(northgate, monkeypatch):
    chidi, tried = northgate.world[CHIDI].pk, []
    post = forecasting.post_chunk

    def posted(*given, **named):
        done = post(*given, **named)
        with ThreadPoolExecutor(1) as pool:
            tried.append(pool.submit(a_night_and_a_neighbour, chidi).result(30))
        return done

    monkeypatch.setattr(forecasting, "post_chunk", posted)
    own = [northgate.world[number].pk for number in (ANA, GROUP)]

    found = forecasting.forecast(practice=northgate.world[ANA].practice_id, accounts=own, month=OCTOBER, at=at(FIRST))

    # 10.00 for each of the 30th and the 31st of October; that of the 29th was the night's of before.
    assert found.fees == {(pk, "USD"): Decimal("20.00") for pk in own}
    assert len(tried) == 2, "both accounts at once in two nights, whoever lies between them"
    with as_role("owner"):
        assert list(Run.unscoped.values_list("day", "state")) == [(FIRST, "done")]


def test_a_forecast_gives_up_when_a_night_begins(northgate, monkeypatch):
    """It asks before each few accounts: whoever comes after the first few finds the night at work."""
    monkeypatch.setattr(forecasting, "AT_ONCE", 1)

    def begins() -> bool:
        with as_role("owner"):
            Run.unscoped.get_or_create(day=SECOND, defaults={"state": "waiting"})
        return True

    with pytest.raises(forecasting.ForecastRefused, match="at work"):
        forecasting.forecast(
            practice=northgate.world[ANA].practice_id,
            accounts=[northgate.world[ANA].pk],
            month=OCTOBER,
            at=at(FIRST),
            may_go_on=begins,
        )
