"""Which months a home page offers; no rows, no pages."""

from datetime import date, timedelta


def recent_months(until: date | None, count: int = 3) -> list[date]:
    """The first days of the last months up to a day, newest first."""
    months: list[date] = []
    while until and len(months) < count:
        months.append(until.replace(day=1))
        until = months[-1] - timedelta(days=1)
    return months
