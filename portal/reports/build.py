"""The report of a wish."""

from collections.abc import Callable

from portal.reports import activity, answers, compliance, delivery, holders, money, performance, portfolio
from portal.reports.periods import Span
from portal.reports.queries import Asked
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
    Kind.FORM_13D: holders.form_13d,
    Kind.FORM_ADV: compliance.form_adv,
    Kind.DELIVERIES: delivery.delivery_audit,
    Kind.ANSWERS: answers.questionnaires,
}


def build(asked: Asked) -> Report | None:
    """None where nothing of the period is closed."""
    span = asked.span
    return None if span is None else BUILDERS[asked.wish.kind](asked, span)
