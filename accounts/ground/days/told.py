"""What the exchange and the books do on a day, in sentences, for whoever shows a calendar."""

from datetime import date

from django.utils.translation import gettext as _

from portal.lib.business_days import SATURDAY, Calendar, DayOutsideCalendar


def closing_words(day: date, calendar: Calendar) -> list[str]:
    """What closes or is posted in the night of a business day."""
    words = []
    following, previous = calendar.next(day), calendar.previous(day)
    if following.month != day.month:
        words.append(_("Last business day of the month: monthly fees close tonight."))
    if previous.month != day.month:
        words.append(_("First business day of the month: last month's fees are posted tonight."))
    return words


def marks_of(day: date, calendar: Calendar) -> list[str]:
    """What stands out about a day: an unusual closing, and what closes or is posted; of most days nothing."""
    try:
        if calendar.is_business_day(day):
            return closing_words(day, calendar)
    except DayOutsideCalendar:
        return []
    return [] if day.weekday() >= SATURDAY else [_("The exchange is closed; nothing is billed.")]
