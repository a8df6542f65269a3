"""The business calendar: decided by hand until the books of a day are closed, and known years ahead."""

from datetime import date

import pytest
from django.utils import timezone
from django_celery_beat.models import PeriodicTask

from accounts.ground.days.actions import DaySealed, override, reach
from accounts.ground.days.models import CalendarDay
from accounts.ground.days.tasks import look_ahead
from accounts.ground.runs.models import Run, Seal

DAY = date(2026, 3, 4)


def test_a_sealed_day_stays_what_it_was_whoever_asks(world):
    run = Run.unscoped.create(day=DAY)
    firm = world["F100001"].firm
    Seal.unscoped.create(firm=firm, day=DAY, run=run, digest="0" * 64, billable=0, billed=0, zero=0, held=0)

    with pytest.raises(DaySealed):
        override(day=DAY, is_business=False, name="Flood", by=world.users["olga"].pk)

    assert not CalendarDay.objects.filter(day=DAY).exists()


@pytest.mark.django_db
def test_the_calendar_is_kept_years_ahead_and_decisions_by_hand_stay():
    """In a year that migrate has not seen; Independence Day of 2041 is a Thursday."""
    CalendarDay.objects.filter(day__gte=date(2040, 1, 1)).delete()
    CalendarDay.objects.create(day=date(2041, 7, 4), is_business=True, is_override=True, name="by hand")

    assert reach(date(2038, 5, 1)) > 0

    assert CalendarDay.objects.get(day=date(2043, 12, 25)).is_business is False
    assert not CalendarDay.objects.filter(day__year=2044).exists()
    assert CalendarDay.objects.get(day=date(2041, 7, 4)).is_override
    assert reach(date(2038, 5, 1)) == 0


@pytest.mark.django_db
def test_beat_asks_for_it_with_a_login_that_may():
    CalendarDay.objects.filter(day__gt=timezone.localdate()).delete()

    assert look_ahead() > 0

    assert PeriodicTask.objects.get(task="days.reach").enabled
