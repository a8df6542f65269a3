"""The list of nights: one line each, what is usual for them, and their durations as a drawing."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import Count, Sum

from accounts.ground.days.queries import calendar
from accounts.ground.runs.models import Hold, Run, RunState, Seal
from portal.office.queries import (
    Amount,
    accrued_on,
    amounts,
    as_duration,
    posted,
    stages_of,
    stood_still,
    took_of,
    usual_time,
)
from portal.office.rules import Place, Usual, place_of, usual
from portal.office.words import duration, standing


@dataclass(frozen=True)
class Bar:
    """How long one night took, drawn among its neighbours; in units of the drawing."""

    x: int
    height: int
    words: str


BAR_STEP, BAR_TALLEST = 10, 32


def bars_of(rows: Sequence["NightRow"], *, at: datetime) -> list[Bar]:
    """The durations of the nights shown, the oldest first; a bar is never too low to be seen."""
    times = [(row, took_of(row.run, at=at) or timedelta(0)) for row in reversed(rows)]
    # A night that is not over yet does not make the others look short.
    done = [took for row, took in times if row.run.state == RunState.DONE]
    longest = max(done, default=timedelta(0)) or timedelta(seconds=1)
    return [
        Bar(
            x=place * BAR_STEP,
            height=min(BAR_TALLEST, max(1, (took * BAR_TALLEST) // longest)),
            words=f"{row.run.day.isoformat()}: {row.took}",
        )
        for place, (row, took) in enumerate(times)
    ]


@dataclass(frozen=True)
class NightRow:
    """One line of the list of nights."""

    run: Run
    mood: str
    state: str
    took: str
    accounts: int
    accrued: tuple[Amount, ...]
    posted: tuple[Amount, ...]
    seals: int
    held: int


@dataclass(frozen=True)
class UsualRow:
    """What is usual for the nights of a list, apart from those that turn a month; under their columns."""

    took: str
    accounts: Usual | None
    held: Usual | None
    accrued: tuple[tuple[str, Usual], ...]
    posted: tuple[tuple[str, Usual], ...]


def usual_of(rows: Sequence[NightRow], *, at: datetime) -> UsualRow:
    """The last line of the list."""
    month = calendar()
    plain = [row for row in rows if row.run.state == RunState.DONE and place_of(row.run.day, month) == Place.WITHIN]
    return UsualRow(
        took=as_duration(usual_time([row.run for row in plain], at)),
        accounts=usual([row.accounts for row in plain]),
        held=usual([row.held for row in plain]),
        accrued=_usual_sums([row.accrued for row in plain]),
        posted=_usual_sums([row.posted for row in plain]),
    )


def _usual_sums(amounts: list[tuple[Amount, ...]]) -> tuple[tuple[str, Usual], ...]:
    by_currency: dict[str, list[Decimal]] = defaultdict(list)
    for one in amounts:
        for amount in one:
            by_currency[amount.currency].append(amount.compared.figure)
    found = [(currency, usual(figures)) for currency, figures in sorted(by_currency.items())]
    return tuple((currency, one) for currency, one in found if one)


def nights(runs: Sequence[Run], *, at: datetime) -> list[NightRow]:
    """Lines of the list, newest first; each is compared with the other nights shown that are done."""
    days = [run.day for run in runs]
    stages, accrued = stages_of(runs), accrued_on(days)
    taken = {run.day: posted(stages[run.pk]) for run in runs}
    seals = {
        run: (count, accounts)
        for run, count, accounts in Seal.unscoped.filter(run__in=runs)
        .order_by()
        .values_list("run")
        .annotate(firms=Count("pk"), accounts=Sum("billable"))
    }
    held = dict(
        Hold.unscoped.filter(day__in=days, resolved_at=None).order_by().values_list("day").annotate(count=Count("pk"))
    )
    month = calendar()
    places = {run.day: place_of(run.day, month) for run in runs}
    finished = [run.day for run in runs if run.state == RunState.DONE]
    rows = []
    for run in runs:
        others = [day for day in finished if day != run.day and places[day] == places[run.day]]
        count, accounts = seals.get(run.pk, (0, 0))
        mood, state = standing(run, run)
        rows.append(
            NightRow(
                run=run,
                mood=mood,
                state=state,
                took=duration(took_of(run, at=stood_still(run, at=at))),
                accounts=accounts,
                accrued=amounts(accrued.get(run.day, {}), [accrued.get(day, {}) for day in others]),
                posted=amounts(taken[run.day], [taken[day] for day in others]),
                seals=count,
                held=held.get(run.day, 0),
            )
        )
    return rows
