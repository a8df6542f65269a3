"""Where the exchange is: its clock decides what day it is and when a deadline has passed."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

EXCHANGE_ZONE = ZoneInfo("America/New_York")


def exchange_day(at: datetime) -> date:
    """The day at the exchange at an instant, which must know its own zone."""
    return at.astimezone(EXCHANGE_ZONE).date()
