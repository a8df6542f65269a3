"""The cut-off for invoices; no rows, no pages."""

from datetime import datetime, time, timedelta

from portal.lib.business_days import Calendar
from portal.lib.exchange import EXCHANGE_ZONE

CUT_OFF = time(17, 30)


def next_cut_off(at: datetime, calendar: Calendar) -> datetime:
    """When invoices must be in to be processed in the coming night; 17:30:00.000 itself is too late."""
    here = at.astimezone(EXCHANGE_ZONE)
    today = here.date()
    is_open = calendar.is_business_day(today) and here.time() < CUT_OFF
    day = today if is_open else calendar.next(today)
    return datetime.combine(day, CUT_OFF, EXCHANGE_ZONE)


def split_minutes(left: timedelta) -> tuple[int, int]:
    """Whole hours and minutes of a stretch of time."""
    minutes = int(left.total_seconds() // 60)
    return minutes // 60, minutes % 60
