"""A forecast as the desk shows it: beside each account what its month comes to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from accounts.ground.jobs.models import Job, JobState
from fees.billing.models import BillingLock
from fees.billing.rules import ZERO, Line, Sums


@dataclass(frozen=True)
class Told:
    """The answer of a forecast: what is still to come, by account and currency, and over which nights."""

    since: date
    until: date
    nights: int
    fees: dict[tuple[int, str], Decimal]
    rejected: int
    held: int
    totals: dict[str, Decimal]


def told(job: Job) -> Told | None:
    """What a finished job has found."""
    if job.state != JobState.DONE or job.result is None:
        return None
    found = job.result
    return Told(
        since=date.fromisoformat(found["since"]),
        until=date.fromisoformat(found["until"]),
        nights=found["nights"],
        fees={(account, currency): Decimal(amount) for account, currency, amount in found["fees"]},
        rejected=len(found["rejected"]),
        held=len(found["held"]),
        totals={currency: Decimal(amount) for currency, amount in found["totals"].items()},
    )


def forecasted(lines: Sequence[Line], totals: dict[str, Sums], found: Told | None) -> None:
    """Give each line what its month comes to: what has closed or is asked for, and what is still to close."""
    if found is None:
        return
    for line in lines:
        line.forecast = comes_to(line.sums, found.fees.get((line.account.pk, line.currency), ZERO))


def is_changed(lock: BillingLock, totals: dict[str, Sums]) -> bool:
    """Whether what a closed month had asked for is not any more what it was.

    What the broker has booked since changes nothing, and neither does what had only accrued: the charge that it becomes
    counts for the month in which its period ends.
    """
    then = {currency: _asked(figures) for currency, figures in lock.figures.items()}
    now = {currency: _asked(one.told()) for currency, one in totals.items()}
    return any(then.get(currency, ZERO) != now.get(currency, ZERO) for currency in {*then, *now})


def _asked(figures: dict[str, str]) -> Decimal:
    return sum((Decimal(amount) for name, amount in figures.items() if name != "projected"), ZERO)


def comes_to(sums: Sums, still: Decimal) -> Decimal:
    """What accrues now is part of what closes later."""
    return sums.total - sums.projected + still
