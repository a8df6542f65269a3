"""What the back office sees of one night: its stages, seals and holds, each figure beside what is usual.

Runs under the office's login, which sees every firm; the number of queries does not grow with rows.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from math import ceil
from typing import Any

from django.conf import settings
from django.db.models import Count, Q, Subquery, Sum
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.desk.tickets import queries as tickets
from accounts.ground.days.queries import calendar
from accounts.ground.outbox.models import OutboxMessage
from accounts.ground.requests.models import Request
from accounts.ground.runs.actions import BY_OFFICE
from accounts.ground.runs.models import Hold, Run, RunChunk, RunStage, RunState, Seal
from accounts.ground.runs.words import stage_words
from accounts.ground.tree.models import Firm
from fees.accrual.models import AdviserDaily
from portal.office.held import HOLDS_SHOWN, Decided, HeldAccount, decisions_of, held_accounts
from portal.office.rules import (
    NIGHTS_COMPARED,
    UNKNOWN_TIME,
    Compared,
    Share,
    Usual,
    left_of,
    place_of,
    progress,
    rate,
    rest,
    usual,
)
from portal.office.words import MOODS, duration, standing

# Some fourteen months, so that the turn of a month finds a year of others.
NIGHTS_SEARCHED = 300

# Where stages keep what they moved, by currency, as text.
_SUMS = ("posted", "totals")

Sums = dict[str, Decimal]


@dataclass(frozen=True)
class Amount:
    """A sum of one currency with what is usual for it."""

    currency: str
    compared: Compared


@dataclass(frozen=True)
class StageLine:
    """One stage as the page shows it."""

    row: RunStage
    words: str
    mood: str
    state: str
    took: str
    usual_took: str
    is_slow: bool
    rows: Compared
    sums: tuple[Amount, ...]
    rate: int | None
    done: int
    of: int
    left: str
    share: Share
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Night:
    """Everything the page of one night shows."""

    run: Run
    mood: str
    took: str
    spent: timedelta | None
    usual_took: str
    stages: tuple[StageLine, ...]
    accrued: tuple[Amount, ...]
    posted: tuple[Amount, ...]
    seals: list[Seal]
    unsealed: list[Firm]
    holds: list[HeldAccount]
    decisions: list[Decided]
    held: int
    waiting: int
    previous: date | None
    next: date | None
    ends_at: datetime | None

    @property
    def is_moving(self) -> bool:
        """Whether there is something new to see every few seconds."""
        return self.run.state in (RunState.RUNNING, RunState.WAITING) and not self.is_paused

    @property
    def is_paused(self) -> bool:
        """Whether somebody has stopped it."""
        return self.run.is_paused

    @property
    def may_pause(self) -> bool:
        """Until a firm's day is sealed."""
        return self.run.state != RunState.DONE and not self.seals and not self.is_paused

    @property
    def may_hold(self) -> bool:
        """Until it accrues."""
        stage = next((line.row for line in self.stages if line.row.name == "accrue"), None)
        return stage is None or stage.state == RunState.WAITING

    @property
    def budget(self) -> int:
        """How many minutes it may take."""
        return settings.NIGHT_BUDGET_MINUTES

    @property
    def is_over_budget(self) -> bool:
        """Whether it takes, or has taken, longer."""
        return self.spent is not None and self.spent > timedelta(minutes=self.budget)

    @property
    def minutes(self) -> int:
        """The minutes that it has begun."""
        return ceil(self.spent / timedelta(minutes=1)) if self.spent is not None else 0

    @property
    def percent(self) -> int:
        """How much of it is done, by what its stages usually take."""
        return int(progress(line.share for line in self.stages) * 100)

    @property
    def is_cut(self) -> bool:
        """Whether there are more held accounts than the page shows."""
        return len(self.holds) == HOLDS_SHOWN

    @property
    def counts(self) -> dict[str, int]:
        """The seals added up: billable = billed + zero + held."""
        return {
            name: sum(getattr(seal, name) for seal in self.seals) for name in ("billable", "billed", "zero", "held")
        }


def took_of(row: Run | RunStage, *, at: datetime) -> timedelta | None:
    """How long it took, or has been taking until `at`; what began after it was paused has taken nothing."""
    if row.started_at is None:
        return None
    ended = row.finished_at or (at if row.state == RunState.RUNNING else None)
    return max(ended - row.started_at, timedelta(0)) if ended else None


def sums_of(figures: dict[str, Any]) -> Sums:
    """What a stage moved, by currency; empty for stages that move nothing."""
    for key in _SUMS:
        found = figures.get(key)
        if isinstance(found, dict):
            return {currency: Decimal(text) for currency, text in found.items()}
    return {}


def night_of(day: date, *, at: datetime) -> Night | None:
    """The night of a day beside the twenty before it."""
    beside = {
        "previous": Run.unscoped.filter(day__lt=day).order_by("-day").values("day")[:1],
        "next": Run.unscoped.filter(day__gt=day).order_by("day").values("day")[:1],
    }
    run = Run.unscoped.annotate(**{name: Subquery(rows) for name, rows in beside.items()}).filter(day=day).first()
    if run is None:
        return None
    before = _like(day)
    stages = stages_of([run, *before])
    accrued = accrued_on([run.day, *(one.day for one in before)])
    taken = {one.day: posted(stages[one.pk]) for one in (run, *before)}
    seals = list(Seal.unscoped.filter(run=run).select_related("firm").order_by("firm__name"))
    holds = Hold.unscoped.filter(day=day)
    counted = holds.aggregate(
        held=Count("pk", filter=Q(resolved_at=None)),
        waiting=Count("pk", filter=Q(resolved_at=None, retry_asked_at=None) & ~Q(reason=BY_OFFICE)),
    )
    until = stood_still(run, at=at)
    lines = _lines(run, stages, before, until)
    took = took_of(run, at=until)
    is_moving = run.state == RunState.RUNNING and not run.is_paused
    left = left_of([line.share for line in lines], took) if is_moving else None
    return Night(
        run=run,
        mood=MOODS[RunState(run.state)],
        took=duration(took),
        spent=took,
        usual_took=as_duration(usual_time(before, at)),
        stages=lines,
        accrued=amounts(accrued.get(run.day, {}), [accrued.get(one.day, {}) for one in before]),
        posted=amounts(taken[run.day], [taken[one.day] for one in before]),
        seals=seals,
        unsealed=list(Firm.unscoped.exclude(pk__in=[seal.firm_id for seal in seals]).order_by("name")),
        holds=held_accounts(holds),
        decisions=decisions_of(day),
        held=counted["held"],
        waiting=counted["waiting"],
        previous=getattr(run, "previous", None),
        next=getattr(run, "next", None),
        ends_at=at + left if left else None,
    )


def _like(day: date) -> list[Run]:
    """The nights that a day's is compared with: the last done ones at the same place of their month."""
    days = calendar()
    wanted = place_of(day, days)
    done = Run.unscoped.filter(day__lt=day, state=RunState.DONE).order_by("-day")[:NIGHTS_SEARCHED]
    return [run for run in done if place_of(run.day, days) == wanted][:NIGHTS_COMPARED]


def stages_of(runs: Sequence[Run]) -> dict[int, dict[str, RunStage]]:
    found: dict[int, dict[str, RunStage]] = defaultdict(dict)
    for stage in RunStage.unscoped.filter(run__in=runs).order_by("ordinal"):
        found[stage.run_id][stage.name] = stage
    return found


def posted(stages: dict[str, RunStage]) -> Sums:
    return sums_of(stages["reconcile"].figures) if "reconcile" in stages else {}


def accrued_on(days: Iterable[date]) -> dict[date, Sums]:
    """What each day accrued, in the firms' base currencies; the top practice's row stands for its whole firm."""
    rows = AdviserDaily.unscoped.filter(day__in=list(days), practice__level=1).order_by()
    found: dict[date, Sums] = defaultdict(dict)
    for day, currency, total in rows.values_list("day", "currency").annotate(total=Sum("accrued")):
        found[day][currency] = total
    return found


def stood_still(run: Run, *, at: datetime) -> datetime:
    """Up to when a night has been at work: now, or until it was paused."""
    return min(at, run.paused_at) if run.is_paused and run.paused_at else at


def usual_time(rows: Iterable[Run | RunStage], at: datetime) -> Usual | None:
    """What is usual for how long these took, in milliseconds."""
    return usual(took // timedelta(milliseconds=1) for row in rows if (took := took_of(row, at=at)) is not None)


def as_duration(found: Usual | None) -> str:
    return duration(timedelta(milliseconds=int(found.middle))) if found else ""


def _lines(run: Run, stages: dict[int, dict[str, RunStage]], before: list[Run], at: datetime) -> tuple[StageLine, ...]:
    """The stages of a run, each beside the same stage of earlier nights."""
    chunks = {
        stage: (done, of, rows or 0)
        for stage, done, of, rows in RunChunk.unscoped.filter(stage__run=run)
        .order_by()
        .values_list("stage")
        .annotate(done=Count("pk", filter=Q(state=RunState.DONE)), of=Count("pk"), written=Sum("rows"))
    }
    firms = {firm.pk: firm.name for firm in Firm.unscoped.all()} if _has_breaks(stages[run.pk]) else {}
    return tuple(
        _line(
            stage,
            chunks.get(stage.pk, (0, 0, 0)),
            [stages[one.pk][name] for one in before if name in stages[one.pk]],
            firms,
            at,
            run,
        )
        for name, stage in stages[run.pk].items()
    )


def _line(
    stage: RunStage, chunks: tuple[int, int, int], before: list[RunStage], firms: dict[int, str], at: datetime, run: Run
) -> StageLine:
    done, of, chunk_rows = chunks
    took = took_of(stage, at=at)
    rows = stage.rows or chunk_rows
    usual_took = usual_time(before, at)
    left = rest(done, of, took) if stage.state == RunState.RUNNING and not run.is_paused else None
    mood, state = standing(stage, run)
    return StageLine(
        row=stage,
        words=stage_words(stage.name),
        mood=mood,
        state=state,
        took=duration(took),
        usual_took=as_duration(usual_took),
        is_slow=_is_slow(took, usual_took),
        rows=Compared(Decimal(rows), usual([one.rows for one in before])),
        sums=amounts(sums_of(stage.figures), [sums_of(one.figures) for one in before]),
        rate=rate(rows, took),
        done=done,
        of=of,
        left=duration(left),
        share=Share(usual_took.middle if usual_took else UNKNOWN_TIME, _done_part(stage, done, of)),
        notes=tuple(_notes(stage, firms)),
    )


def _done_part(stage: RunStage, done: int, of: int) -> Decimal:
    if stage.state == RunState.DONE:
        return Decimal(1)
    return Decimal(done) / of if of else Decimal(0)


def _is_slow(took: timedelta | None, usual_took: Usual | None) -> bool:
    """Twice as long as its slowest usual night; what is over within a second is never slow."""
    if took is None or usual_took is None or took < timedelta(seconds=1):
        return False
    return took // timedelta(milliseconds=1) > 2 * usual_took.high


def amounts(now: Sums, before: list[Sums]) -> tuple[Amount, ...]:
    """Sums by currency; a night without a currency counts as nothing of it."""
    return tuple(
        Amount(currency, Compared(total, usual([one.get(currency, Decimal(0)) for one in before])))
        for currency, total in sorted(now.items())
    )


def _has_breaks(stages: dict[str, RunStage]) -> bool:
    return any(stage.figures.get("breaks") for stage in stages.values())


def _notes(stage: RunStage, firms: dict[int, str]) -> Iterable[str]:
    """What a stage found that somebody should read."""
    figures = stage.figures
    for found in figures.get("breaks") or ():
        yield f"{firms.get(found.get('firm'), '')} {found.get('invariant', '')}: {found.get('words', '')}".strip()
    if figures.get("balanced") is False:
        yield _("The books do not balance.")
    if figures.get("incomplete"):
        yield ngettext(
            "Without a value or an exchange rate: %(count)s practice",
            "Without a value or an exchange rate: %(count)s practices",
            figures["incomplete"],
        ) % {"count": figures["incomplete"]}


def desk(at: datetime) -> dict[str, Any]:
    """What waits for the back office, for the front page."""
    run = Run.unscoped.order_by("-day").first()
    mood, state = standing(run, run) if run else ("", "")
    return {
        "run": run,
        "mood": mood,
        "state": state,
        "holds": Hold.unscoped.filter(resolved_at=None).count(),
        "tickets": tickets.counts(at),
        "requests": Request.unscoped.filter(finished_at=None).count(),
        "failed": OutboxMessage.unscoped.filter(failed_at__isnull=False, delivered_at=None).count(),
    }
