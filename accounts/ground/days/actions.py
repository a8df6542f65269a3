"""Filling and changing the business calendar."""

from datetime import date

from django.utils.translation import gettext as _

from accounts.ground.days.models import CalendarDay
from accounts.ground.runs.models import Seal
from portal.lib.business_days import nyse


class DaySealed(ValueError):
    """A day whose books are closed stays what it was; the message is a sentence for a person."""


YEARS_BACK, YEARS_AHEAD = 3, 5


def seed(*, first_year: int, last_year: int) -> int:
    """Add the exchange's closings of the years given; days already there, overrides among them, stay as they are."""
    known = set(CalendarDay.objects.values_list("day", flat=True))
    closed = [(day, name) for day, name in nyse(first_year, last_year) if day not in known]
    rows = [CalendarDay(day=day, name=name, is_business=False) for day, name in closed]
    CalendarDay.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def reach(today: date) -> int:
    """Know the exchange's closings from a few years back, for late statements, to a few ahead; how many were new."""
    return seed(first_year=today.year - YEARS_BACK, last_year=today.year + YEARS_AHEAD)


def override(*, day: date, is_business: bool, name: str, by: int) -> CalendarDay:
    """Decide a single day by hand, for example an emergency closure; DaySealed once its books are closed."""
    if Seal.unscoped.filter(day=day).exists():
        raise DaySealed(_("The books of that day are sealed; it can no longer be changed."))
    return CalendarDay.objects.update_or_create(
        day=day, defaults={"is_business": is_business, "name": name, "is_override": True, "decided_by_id": by}
    )[0]
