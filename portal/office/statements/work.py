"""Doing what was asked: fetch, load, and write down what became of every file and account."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_noop

from accounts.broker.feed.actions import import_statements
from accounts.broker.service.actions import EXCHANGE_ZONE, ServiceProblem, claim, due, fetch_query
from accounts.broker.service.models import FlexQuery
from accounts.ground.access.context import Who, as_role
from accounts.ground.days.queries import calendar
from accounts.ground.jobs import actions as jobs
from accounts.ground.jobs.models import Job, JobState
from portal import nightly
from portal.lib.business_days import DayOutsideCalendar
from portal.office.statements import files, results
from portal.tasks import wake

UPLOAD, FETCH = "statements.upload", "statements.fetch"
KINDS = (UPLOAD, FETCH)
# A worker that has said nothing for so long is gone; loading again changes nothing that it had loaded.
LOST_AFTER = timedelta(hours=3)
INTERRUPTED = gettext_noop("Interrupted. Load the files again: what was loaded already stays as it is.")
BROKEN = gettext_noop("Something went wrong that the import does not know; nothing half-read was stored.")
TELL_EVERY = 1

Clock = Callable[[], datetime]


def ask_for_due(*, at: datetime) -> int:
    """Put a job for every query whose time has come on a business day."""
    day = at.astimezone(EXCHANGE_ZONE).date()
    try:
        with as_role("office"):
            if not calendar().is_business_day(day):
                return 0
            found = due(at=at, day=day)
            for query in found:
                claim(query=query, at=at)
                nobody = Who(user_id=0, seat_id=0, role="office", reach="office")
                jobs.ask(who=nobody, kind=FETCH, arguments={"query": query.pk, "names": [query.name]})
            return len(found)
    except (DayOutsideCalendar, ServiceProblem):
        return 0


def work_off(*, now: Clock) -> int:
    """Take waiting jobs one after the other, beside other workers; how many."""
    taken = 0
    with as_role("office"):
        rows = Job.unscoped.filter(kind__in=KINDS, state=JobState.RUNNING, started_at__lt=now() - LOST_AFTER)
        for lost in rows:
            jobs.end(job=lost, at=now(), problem=INTERRUPTED)
    while True:
        with as_role("office"):
            rows = Job.unscoped.filter(kind__in=KINDS, state=JobState.WAITING)
            job = rows.order_by("created_at", "pk").first()
            if job is None:
                return taken
            is_ours = jobs.start(job=job, at=now())
        if is_ours:
            _run(job, now)
            taken += 1


def _run(job: Job, now: Clock) -> None:
    result: dict[str, Any] | None = None
    problem = ""
    try:
        result = _loaded(job, now)
    except ServiceProblem as refusal:
        problem = str(refusal)
    except Exception:
        # The night's rows are whole either way: every account is a transaction of its own.
        problem = BROKEN
        raise
    finally:
        with as_role("office"):
            jobs.end(job=job, at=now(), result=result, problem=problem)
        files.forget(job.arguments.get("files", []))


def _loaded(job: Job, now: Clock) -> dict[str, Any]:
    paths = _fetched(job, now()) if job.kind == FETCH else files.paths_of(job.arguments["files"])
    at = now()
    with as_role("office"):
        known = results.seen_before()
    report = import_statements(paths, at=at, progress=_teller(job))
    if report.total("new") and nightly.statements_came(at=now()):
        wake()
    with as_role("office"):
        accounts = results.per_account(report, at=at)
    told = report.as_json()
    return {**told, "files": results.files_of(report, known), "per_account": accounts}


def _fetched(job: Job, at: datetime) -> list[Path]:
    """Kept in the folder of statements, where it can be loaded again."""
    folder = Path(settings.STATEMENTS_DIR or settings.STATE_DIR / "statements")
    folder.mkdir(parents=True, exist_ok=True)
    with as_role("office"):
        query = FlexQuery.unscoped.get(pk=job.arguments["query"])
        return [fetch_query(query=query, into=folder, at=at)]


def _teller(job: Job) -> Callable[[str, int, int], None]:
    """Writes progress into the job, once a second at most."""
    last = [0.0]

    def tell(name: str, done: int, total: int) -> None:
        if time.monotonic() - last[0] < TELL_EVERY and done < total:
            return
        last[0] = time.monotonic()
        with as_role("office"):
            Job.unscoped.filter(pk=job.pk).update(of=total)
            jobs.progress(job=job, done=done, message=name[:300])

    return tell
