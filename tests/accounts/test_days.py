"""The business calendar as decided by hand: until the books of a day are closed."""

from datetime import date

import pytest

from accounts.ground.days.actions import DaySealed, override
from accounts.ground.days.models import CalendarDay
from accounts.ground.runs.models import Run, Seal

DAY = date(2026, 3, 4)


def test_a_sealed_day_stays_what_it_was_whoever_asks(world):
    run = Run.unscoped.create(day=DAY)
    firm = world["F100001"].firm
    Seal.unscoped.create(firm=firm, day=DAY, run=run, digest="0" * 64, billable=0, billed=0, zero=0, held=0)

    with pytest.raises(DaySealed):
        override(day=DAY, is_business=False, name="Flood", by=world.users["olga"].pk)

    assert not CalendarDay.objects.filter(day=DAY).exists()
