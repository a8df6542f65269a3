"""Nights of some weeks for the back office to look at, and olga's browser."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from accounts.ground.runs.actions import hold_account
from accounts.ground.runs.models import Run, RunChunk, RunStage, Seal
from fees.accrual.models import AdviserDaily
from portal.lib.business_days import Calendar, nyse

LAST = date(2026, 11, 19)
NIGHTS = 12


def days_up_to(last, count):
    calendar = Calendar([day for day, _name in nyse(2026, 2026)], years=(2026, 2026))
    days = [last]
    while len(days) < count:
        days.append(calendar.previous(days[-1]))
    return sorted(days)


@pytest.fixture
def nights(world):
    """Twelve nights; the last accrued far less than the others, because one account of ana's is held."""
    made = []
    for day in days_up_to(LAST, NIGHTS):
        made.append(make_night(world, day, accrued=Decimal("100.00") + day.day))
    AdviserDaily.unscoped.filter(day=LAST).update(accrued=Decimal("41.00"))
    hold_account(
        account=world["U1000001"],
        day=LAST,
        stage="accrue",
        reason="no_nav",
        detail="The statement has no value for 19 Nov",
        title="No net asset value has arrived",
    )
    return made


def make_night(world, day, *, accrued, seconds=30):
    """A done night with three stages, one of them in chunks, and one firm's seal."""
    began = datetime(day.year, day.month, day.day, 2, 30, tzinfo=UTC)
    run = Run.unscoped.create(day=day, state="done", started_at=began, finished_at=began + timedelta(seconds=seconds))
    for ordinal, (name, rows, figures) in enumerate(
        (
            ("accrue", 43, {"chunks": 2, "total": "101.5"}),
            ("sweep", 2, {"totals": {"USD": "46.00"}}),
            ("reconcile", 14, {"balanced": True, "breaks": [], "posted": {"USD": "46.00", "JPY": "500"}}),
        ),
        start=1,
    ):
        RunStage.unscoped.create(
            run=run,
            ordinal=ordinal,
            name=name,
            state="done",
            rows=rows,
            figures=figures,
            started_at=began,
            finished_at=began + timedelta(seconds=10),
        )
    accrue = run.stages.get(name="accrue")
    for place in range(2):
        RunChunk.unscoped.create(stage=accrue, lo=place, hi=place + 1, state="done", rows=20 + place)
    master = world["F100001"]
    AdviserDaily.unscoped.create(
        firm_id=master.firm_id,
        practice_id=master.practice_id,
        day=day,
        currency="USD",
        accounts=4,
        nlv=1,
        flow=0,
        accrued=accrued,
        complete=True,
    )
    Seal.unscoped.create(
        firm_id=master.firm_id, day=day, run=run, digest="ab12" * 16, billable=43, billed=42, zero=0, held=1
    )
    return run
