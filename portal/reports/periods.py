"""Which days a report is of, and into which parts it is cut; no rows, no pages."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from portal.lib.periods import Frequency, annual, monthly, period_of, previous_period, quarterly

ONE_DAY = timedelta(days=1)


class Choice(StrEnum):
    """How a period is chosen."""

    DAY = "day"
    MONTH_TO_DATE = "mtd"
    PREVIOUS_MONTH = "previous_month"
    PREVIOUS_QUARTER = "previous_quarter"
    YEAR_TO_DATE = "ytd"
    YEAR = "year"
    SINCE_INCEPTION = "inception"
    CUSTOM = "custom"


@dataclass(frozen=True)
class Span:
    """From its first to its last day, both inside."""

    first: date
    last: date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


def span_of(
    choice: Choice, *, sealed: date, began: date | None = None, first: date | None = None, last: date | None = None
) -> Span | None:
    """The days of a choice, none after the last sealed one; None where nothing of it is sealed.

    The year is the one before the sealed day's; `began` is when the first of the accounts was opened.
    """
    month, quarter, year = monthly(sealed), quarterly(sealed), annual(sealed)
    before = {
        Choice.PREVIOUS_MONTH: previous_period(Frequency.MONTHLY, month),
        Choice.PREVIOUS_QUARTER: previous_period(Frequency.QUARTERLY, quarter),
        Choice.YEAR: previous_period(Frequency.ANNUAL, year),
    }
    if choice in before:
        return Span(before[choice].starts, before[choice].last_day)
    starts = {
        Choice.DAY: sealed,
        Choice.MONTH_TO_DATE: month.starts,
        Choice.YEAR_TO_DATE: year.starts,
        Choice.SINCE_INCEPTION: began or sealed,
        Choice.CUSTOM: first or sealed,
    }[choice]
    ends = min(last or sealed, sealed) if choice == Choice.CUSTOM else sealed
    return Span(starts, ends) if starts <= ends else None


def parts(span: Span, frequency: Frequency | str) -> list[Span]:
    """The calendar parts of a span, the first and the last cut where it begins and ends."""
    found = []
    day = span.first
    while day <= span.last:
        period = period_of(frequency, day)
        found.append(Span(day, min(period.last_day, span.last)))
        day = period.ends
    return found
