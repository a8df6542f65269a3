"""Today at the exchange, for pages, routes and commands alone: what they call is told the day."""

from datetime import date

from django.utils import timezone

from portal.lib.exchange import exchange_day


def exchange_today() -> date:
    """The day it is in New York."""
    return exchange_day(timezone.now())
