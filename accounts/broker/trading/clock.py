"""Today at the exchange, for views alone: what they call is told the day."""

from datetime import date

from django.utils import timezone

from portal.lib.exchange import EXCHANGE_ZONE


def exchange_day() -> date:
    """The day it is in New York."""
    return timezone.localdate(timezone=EXCHANGE_ZONE)
