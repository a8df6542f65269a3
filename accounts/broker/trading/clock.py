"""Today at the exchange, for views alone: what they call is told the day."""

from datetime import date
from zoneinfo import ZoneInfo

from django.utils import timezone

EXCHANGE_ZONE = ZoneInfo("America/New_York")


def exchange_day() -> date:
    """The day it is in New York."""
    return timezone.localdate(timezone=EXCHANGE_ZONE)
