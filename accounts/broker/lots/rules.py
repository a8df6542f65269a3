"""When a choice of lots is final, and when somebody who runs the Tax Optimizer is taken to have gone."""

from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from portal.lib.business_days import Calendar
from portal.lib.exchange import EXCHANGE_ZONE, exchange_day

# A lock holds so long after its holder was last heard of.
LOCK_LASTS = timedelta(minutes=15)
# How far ahead a trade day may be chosen for.
AHEAD = timedelta(days=7)
# The broker's own words; clients know them from its help pages.
RUNNING = _("Another user is running Tax Optimizer")
FINAL = _("The lots of that trade day are final.")


class LotProblem(ValueError):
    """What was asked cannot be done, in words."""


class LotConflict(LotProblem):
    """Somebody else, or the clock, was first."""


def final_at(day: date) -> datetime:
    """The instant from which the choice for a trade day is fixed, at the broker half past eight in the evening."""
    return datetime.combine(day, time.fromisoformat(settings.TAX_LOTS_FINAL_AT), EXCHANGE_ZONE)


def first_open_day(at: datetime, calendar: Calendar) -> date:
    """The first trade day that can still be chosen for."""
    day = exchange_day(at)
    while not calendar.is_business_day(day) or at >= final_at(day):
        day += timedelta(days=1)
    return day


def check_day(day: date, at: datetime, calendar: Calendar) -> None:
    """Refuses a day that is final, no trade day, or too far ahead."""
    first = first_open_day(at, calendar)
    if day < first:
        raise LotConflict(FINAL)
    if day > first + AHEAD or not calendar.is_business_day(day):
        raise LotProblem(_("Choose a trade day of the coming week."))


def is_running(beat_at: datetime, at: datetime) -> bool:
    """Whether a lock still holds."""
    return at < beat_at + LOCK_LASTS
