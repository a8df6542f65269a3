"""The report of a wish, and whether it is small enough to be answered at once."""

from collections.abc import Callable

from portal.reports import activity, compliance, money, performance, portfolio
from portal.reports.periods import Span
from portal.reports.queries import MOST_ACCOUNTS, MOST_ACTIVITIES, Asked
from portal.reports.table import Report
from portal.reports.wishes import Kind

BUILDERS: dict[Kind, Callable[[Asked, Span], Report]] = {
    Kind.ACTIVITY: activity.activity,
    Kind.SUMMARY: performance.summary,
    Kind.PERFORMANCE: performance.performance,
    Kind.PORTFOLIO: portfolio.portfolio,
    Kind.INCOME: money.income,
    Kind.FEES: money.fees,
    Kind.TRADES: activity.trades,
    Kind.FORM_13F: compliance.form_13f,
    Kind.FORM_ADV: compliance.form_adv,
}
# These are made from single lines, so their number counts as well.
OF_LINES = (Kind.ACTIVITY, Kind.INCOME, Kind.TRADES)


def build(asked: Asked) -> Report | None:
    """None where nothing of the period is closed."""
    span = asked.span
    return None if span is None else BUILDERS[asked.wish.kind](asked, span)


def is_batch(asked: Asked) -> bool:
    """Whether a job makes it: over 1,000 accounts or 20,000 activities."""
    if asked.number > MOST_ACCOUNTS:
        return True
    span = asked.span
    return span is not None and asked.wish.kind in OF_LINES and activity.counted(asked, span) > MOST_ACTIVITIES
