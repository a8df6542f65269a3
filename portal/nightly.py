"""The night of a business day: which stages, in which order, and which day may be run. Nothing below reads a clock."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.db import connections, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.broker.feed.night import feed_stage
from accounts.broker.funding.closing import complete_open
from accounts.broker.transmit.night import transmit_stage
from accounts.desk.mailboxes.night import mailbox_stage
from accounts.desk.recoveries.tying import tie_open
from accounts.ground.access.context import as_role, current_alias, cursor
from accounts.ground.days.queries import calendar
from accounts.ground.runs.models import Run, RunStage, RunState
from accounts.ground.runs.results import ChunkResult, StageResult
from accounts.ground.runs.work import Progress, Stage, plan, rewind, work
from fees.accrual.night import accrue_chunk, check_chunk, finish_check, mend, prepare_accrue, rollup_stage
from fees.borne.night import bear_stage
from fees.differences.night import compare_chunk
from fees.invoicing.night import invoices_chunk, prepare_invoices
from fees.notices.night import notices_chunk
from fees.posting.memos import MEMOS
from fees.posting.night import close_chunk, post_chunk, reconcile_stage, seal_stage, sweep_stage
from fees.reimbursements.night import reimburse_stage
from fees.schedules.queries import accounts_agreed_on
from portal import faults
from portal.lib.business_days import Calendar, DayOutsideCalendar
from portal.lib.exchange import EXCHANGE_ZONE

# The broker's statements of a day follow its close; a night that finds none is held and looks again.
BEGINS_AT = time(20, 30)
# Beat asks every quarter of an hour. The pause is well below that, or a night held a second after one call would still
# be too young at the next; it only keeps workers called together from looking one after the other.
RETRY_AFTER = timedelta(minutes=5)


def _feed(run: Run, day: date) -> StageResult:
    """An account that was never funded owes a value only where a fee has been agreed. What came is compared with every
    movement and every posting of a recovery that waits, whenever either of the two came."""
    result = feed_stage(run, day, agreed=accounts_agreed_on(day))
    complete_open(at=run.at)
    tie_open(at=run.at)
    return result


def _close(run: Run, day: date, lo: int, hi: int, chunk_id: int) -> ChunkResult:
    lag, results_lag = settings.POSTING_LAG_BUSINESS_DAYS, settings.PROFIT_POSTING_LAG_BUSINESS_DAYS
    return close_chunk(run, day, lo, hi, chunk_id, lag=lag, results_lag=results_lag)


def _transmit(run: Run, day: date) -> StageResult:
    return transmit_stage(run, day, memos=MEMOS)


STAGES = (
    Stage(name="feed", whole=_feed),
    Stage(name="rollup", whole=rollup_stage),
    Stage(name="accrue", before=prepare_accrue, chunk=accrue_chunk),
    Stage(name="check", chunk=check_chunk, after=finish_check),
    Stage(name="close", chunk=_close),
    Stage(name="invoices", before=prepare_invoices, chunk=invoices_chunk),
    Stage(name="post", chunk=post_chunk),
    Stage(name="sweep", whole=sweep_stage),
    Stage(name="reimburse", whole=reimburse_stage),
    Stage(name="bear", whole=bear_stage),
    Stage(name="mailboxes", whole=mailbox_stage),
    Stage(name="transmit", whole=_transmit),
    Stage(name="compare", chunk=compare_chunk),
    Stage(name="notices", chunk=notices_chunk),
    Stage(name="reconcile", whole=reconcile_stage),
    Stage(name="seal", whole=seal_stage),
)

# One firm's seal may be refused while the others go on, so a run that waits only for seals does not stop the next.
LAST_STAGE = STAGES[-1].name


class NightRefused(ValueError):
    """The night of that day cannot be run; the message says why and what to run instead."""


def night(day: date, *, at: datetime, progress: Progress | None = None, workers: int = 1) -> dict[str, object]:
    """Run the night of `day` to its end and say what it did; a night that is done only says so."""
    with _as_night():
        run = request(day, at=at)
        if run.state != RunState.DONE:
            plan(run, STAGES)
            _mend(run, at=at)
            _retry_seals(before=day, at=at)
            together(run.pk, workers=workers, progress=progress)
        return summary(run)


def through(day: date, *, at: datetime, progress: Progress | None = None, workers: int = 1) -> Iterator[dict]:
    """Catch up: every night since the last finished one, up to `day` or to the first that stays unfinished."""
    with _as_night():
        days = calendar()
        _check(days, day, at)
        begin = _first_unfinished(days) or day
    while begin <= day:
        yield night(begin, at=at, progress=progress, workers=workers)
        with _as_night():
            if _is_unfinished(Run.unscoped.get(day=begin)):
                return
        begin = days.next(begin)


def request(day: date, *, at: datetime) -> Run:
    """Put the night of a day on the list of runs, where the workers find it; NightRefused if it may not be run."""
    _check(days := calendar(), day, at)
    run = Run.unscoped.filter(day=day).first()
    if run is None or run.state != RunState.DONE:
        _check_order(days, day)
    if run is not None and run.paused_at and run.state != RunState.DONE:
        raise NightRefused(_("The night of %(day)s is paused; let it go on first.") % {"day": day})
    return run or Run.unscoped.get_or_create(day=day, defaults={"asked_at": at})[0]


def request_again(run: Run, *, at: datetime) -> bool:
    """Let the workers take up a held night at once instead of at their next look; False when it is not held."""
    return bool(Run.unscoped.filter(pk=run.pk, state=RunState.HELD).update(state=RunState.WAITING, asked_at=at))


def statements_came(*, at: datetime) -> bool:
    """Let the workers take up the nights that are held for want of statements; False when none is."""
    with _as_night():
        waits = RunStage.unscoped.filter(name=STAGES[0].name, state=RunState.HELD, run__state=RunState.HELD)
        asked = [request_again(stage.run, at=at) for stage in waits.select_related("run")]
    return any(asked)


def work_on(run_id: int, *, until: str | None = None, progress: Progress | None = None) -> bool:
    """What one worker does for a run, however many there are: take part until nothing is left up to stage `until`."""
    stages: tuple[Stage, ...] = STAGES
    if until is not None:
        stages = STAGES[: [stage.name for stage in STAGES].index(until) + 1]
    with _as_night():
        return work(Run.unscoped.get(pk=run_id), stages, progress=progress)


def together(run_id: int, *, workers: int, until: str | None = None, progress: Progress | None = None) -> bool:
    """Work on a run in this process and `workers - 1` forks of it."""
    crew = [_fork(run_id, until) for _place in range(workers - 1)]
    try:
        return work_on(run_id, until=until, progress=progress)
    finally:
        for child in crew:
            os.waitpid(child, 0)


def claim_due_nights(*, at: datetime) -> int:
    """Run whatever is due, in order: nights asked for or interrupted, then those whose evening has come.

    Any number of Celery workers call this at once, or the supervisor's loop where there is no broker; together they do
    each night once. Returns how many this call took part in.
    """
    with _as_night():
        count = 0
        while (run := _next_due(calendar(), at)) is not None:
            count += 1
            plan(run, STAGES)
            _mend(run, at=at)
            if not work(run, STAGES) and _is_unfinished(run):
                break
        return count


def is_due(*, at: datetime) -> bool:
    """Whether there is anything for `claim_due_nights` to do."""
    with as_role("night"):
        return _next_due(calendar(), at) is not None


def due_day(days: Calendar, *, at: datetime) -> date:
    """The last business day whose night may begin by itself at this instant."""
    local = at.astimezone(EXCHANGE_ZONE)
    today = local.date()
    return today if local.time() >= BEGINS_AT and days.is_business_day(today) else days.previous(today)


def summary(run: Run) -> dict[str, object]:
    """What a night came to, for people and machines: one object, money as text."""
    run.refresh_from_db()
    stages = {stage.name: stage for stage in RunStage.unscoped.filter(run=run)}
    rows = {name: stages[name].rows if name in stages else 0 for name in ("accrue", "close")}
    with cursor() as cur:
        cur.execute(
            "SELECT coalesce(sum(d.accounts), 0) FROM fees_adviserdaily d"
            " JOIN accounts_practice p ON p.id = d.practice_id WHERE d.day = %s AND p.level = 1",
            [run.day],
        )
        accounts = cur.fetchone()[0]
        cur.execute("SELECT count(*) FROM accounts_hold WHERE day = %s AND resolved_at IS NULL", [run.day])
        held = cur.fetchone()[0]
        cur.execute("SELECT firm_id, digest FROM accounts_seal WHERE day = %s ORDER BY firm_id", [run.day])
        seals = {str(firm): digest for firm, digest in cur.fetchall()}
    books = stages["reconcile"].figures if "reconcile" in stages else {}
    seconds = (run.finished_at - run.started_at).total_seconds() if run.finished_at and run.started_at else 0
    return {
        "day": run.day.isoformat(),
        "state": run.state,
        "problem": run.problem,
        "accounts": accounts,
        "accruals": rows["accrue"],
        "charges": rows["close"],
        "posted": books.get("posted", {}),
        "held": held,
        "ledger_balanced": books.get("balanced", False),
        "seals": seals,
        "seconds": round(seconds, 3),
        "stages": {name: {"state": stage.state, "rows": stage.rows, **stage.figures} for name, stage in stages.items()},
    }


def _check(days: Calendar, day: date, at: datetime) -> None:
    if not _is_business(days, day):
        raise NightRefused(_("%(day)s is not a business day; there is nothing to bill.") % {"day": day})
    if day > at.astimezone(EXCHANGE_ZONE).date():
        raise NightRefused(_("%(day)s has not come yet.") % {"day": day})


def _is_business(days: Calendar, day: date) -> bool:
    try:
        return days.is_business_day(day)
    except DayOutsideCalendar as problem:
        raise NightRefused(_("The business calendar does not reach %(day)s.") % {"day": day}) from problem


def _check_order(days: Calendar, day: date) -> None:
    """Nights are run one after another: each stands on what the one before it closed and sealed."""
    later = Run.unscoped.filter(day__gt=day).order_by("day").first()
    if later is not None and not Run.unscoped.filter(day=day).exists():
        raise NightRefused(
            _("The night of %(later)s has been run; %(day)s is past.") % {"later": later.day, "day": day}
        )
    before = Run.unscoped.filter(day__lt=day).order_by("-day").first()
    if before is None:
        return
    if _is_unfinished(before):
        raise NightRefused(_("The night of %(day)s is not finished; run that one first.") % {"day": before.day})
    if (due := days.next(before.day)) < day:
        raise NightRefused(
            _("The night of %(due)s comes first; run all up to %(day)s with --through.") % {"due": due, "day": day}
        )


def _is_unfinished(run: Run) -> bool:
    """Whether the next night must wait: unless done, or held by nothing but the refused seals of some firm."""
    if run.state != RunState.HELD or run.paused_at:
        return run.state != RunState.DONE
    left = RunStage.unscoped.filter(run=run).exclude(state=RunState.DONE).values_list("name", "state")
    return list(left) != [(LAST_STAGE, RunState.HELD)]


def _first_unfinished(days: Calendar) -> date | None:
    """The day the next night is for; None before there is anything to bill."""
    last = Run.unscoped.order_by("-day").first()
    if last is not None:
        return last.day if _is_unfinished(last) else days.next(last.day)
    with cursor() as cur:
        cur.execute("SELECT min(nav_date) FROM broker_navdaily")
        first = cur.fetchone()[0]
    return days.on_or_after(first) if first else None


def _next_due(days: Calendar, at: datetime) -> Run | None:
    waiting = Q(state__in=(RunState.WAITING, RunState.RUNNING))
    waiting |= Q(state=RunState.HELD, finished_at__lt=at - RETRY_AFTER)
    if run := Run.unscoped.filter(waiting, paused_at=None).order_by("day").first():
        return run
    last = Run.unscoped.order_by("-day").first()
    if last is not None and _is_unfinished(last):
        return None
    begin = _first_unfinished(days)
    return request(begin, at=at) if begin and begin <= due_day(days, at=at) else None


def _retry_seals(*, before: date, at: datetime) -> None:
    """Firms that could not be sealed get another try each night, oldest first, because seals are chained."""
    for run in Run.unscoped.filter(state=RunState.HELD, paused_at=None, day__lt=before).order_by("day"):
        _mend(run, at=at)
        work(run, STAGES)


def _mend(run: Run, *, at: datetime) -> None:
    """Wrong lines that somebody asked to retry are made anew, and what looked at them looks again."""
    with transaction.atomic(using=current_alias.get()):
        if mended := mend(run, run.day, at=at):
            rewind(run, ("check", "reconcile", LAST_STAGE), mended)


def _fork(run_id: int, until: str | None) -> int:
    connections.close_all()
    child = os.fork()
    if child:
        return child
    failed = 1
    try:
        failed = 0 if work_on(run_id, until=until) else 1
    finally:
        # Without the parent's exit handlers: they are the parent's to run.
        connections.close_all()
        os._exit(failed)


@contextmanager
def _as_night() -> Iterator[None]:
    with as_role("night"), faults.armed("night"):
        yield
