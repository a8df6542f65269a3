"""Pure decisions about closing and posting."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from portal.lib.business_days import Calendar

# A fee that an account's cash does not cover is tried again on so many business days, then written off.
RETRY_DAYS = 5
NOTHING = Decimal("0.0000")


class Value(NamedTuple):
    """A day's closing value and what came in from outside on that day (went out, below zero)."""

    day: date
    nlv: Decimal
    flow: Decimal


def value_at_closing(values: Iterable[Value], closed_on: date) -> Decimal | None:
    """What a period-end fee of an account that was closed is charged on; None when nothing is known of it.

    The last positive closing value, unless money was withdrawn after it: then nothing.
    """
    known = sorted(value for value in values if value.day <= closed_on)
    if not known:
        return None
    positive = [value for value in known if value.nlv > 0]
    if not positive:
        return NOTHING
    last = positive[-1]
    later = sum((value.flow for value in known if value.day > last.day), Decimal(0))
    return NOTHING if later < 0 else last.nlv


def retry_until(calendar: Calendar, first_try: date) -> date:
    """The last day on which a fee deferred on `first_try` is tried."""
    return calendar.add(first_try, RETRY_DAYS)
