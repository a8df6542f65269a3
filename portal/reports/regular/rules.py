"""When a report that is made regularly comes; no rows, no pages."""

from datetime import date

from portal.lib.business_days import Calendar
from portal.lib.periods import Frequency, annual, monthly, period_of, previous_period, quarterly
from portal.reports.periods import ONE_DAY

# As the broker's own statements of months, quarters and years: what comes late has come by then.
SETTLED_AFTER = 5
_MAKERS = {Frequency.MONTHLY: monthly, Frequency.QUARTERLY: quarterly, Frequency.ANNUAL: annual}


def comes_on(frequency: Frequency, begins: date, days: Calendar) -> date:
    """The business day whose night makes the report of the period that ended when another one began on `begins`."""
    first = days.on_or_after(begins)
    return first if frequency == Frequency.DAILY else days.add(first, SETTLED_AFTER - 1)


def due_for(frequency: Frequency, sealed: date, days: Calendar) -> date:
    """The latest day that a report answers once `sealed` is closed: that day itself, or the day on which a period
    began whose predecessor has settled."""
    if frequency == Frequency.DAILY:
        return sealed
    period = _MAKERS[frequency](sealed)
    if sealed >= comes_on(frequency, period.starts, days):
        return period.starts
    return previous_period(frequency, period).starts


def next_on(frequency: Frequency, made_for: date, days: Calendar) -> date:
    """The business day after whose night the next one comes."""
    if frequency == Frequency.DAILY:
        return days.on_or_after(made_for + ONE_DAY)
    return comes_on(frequency, period_of(frequency, made_for).ends, days)
