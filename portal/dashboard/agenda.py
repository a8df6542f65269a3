"""The day card: what the exchange and the books do on a day. Events of people are of the client book."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _

from accounts.ground.days.told import closing_words
from portal.lib.business_days import Calendar, DayOutsideCalendar

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Agenda:
    """One day, its neighbours, and one sentence for each thing that the calendar knows about it."""

    day: date
    previous: date
    following: date
    is_business_day: bool | None
    notes: tuple[str, ...]


def day_asked(text: str | None, today: date) -> date:
    """The day in the address; today when there is none, it is no day, or it has no day before or after it."""
    try:
        asked = date.fromisoformat(text) if text else today
    except ValueError:
        return today
    return asked if date.min < asked < date.max else today


def of_day(day: date, calendar: Calendar) -> Agenda:
    """What the business calendar says about a day."""
    try:
        is_business_day = calendar.is_business_day(day)
        notes = _business_day(day, calendar) if is_business_day else [_("The exchange is closed; nothing is billed.")]
    except DayOutsideCalendar:
        return Agenda(day, day - ONE_DAY, day + ONE_DAY, None, ())
    return Agenda(day, day - ONE_DAY, day + ONE_DAY, is_business_day, tuple(notes))


def _business_day(day: date, calendar: Calendar) -> list[str]:
    return [_("The exchange is open."), *closing_words(day, calendar)]
