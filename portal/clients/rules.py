"""Which months a home page offers; no rows, no pages."""

from datetime import date, timedelta


def recent_months(since: date | None, until: date | None, count: int = 3) -> list[date]:
    """The first days of the last months between two days, newest first."""
    months: list[date] = []
    while since and until and until >= since and len(months) < count:
        months.append(until.replace(day=1))
        until = months[-1] - timedelta(days=1)
    return months
