"""Asking for a report as a file, making it in short steps, and looking again before it is handed out."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from datetime import date, datetime
from io import BytesIO
from itertools import islice
from tempfile import TemporaryFile
from typing import IO

from django.core.files import File
from django.core.files.storage import default_storage
from django.http import Http404
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.desk.brand.queries import house_of
from accounts.ground.access.context import Who
from accounts.ground.access.scope import scope
from accounts.ground.jobs import actions as jobs
from accounts.ground.jobs.models import Job, JobState
from accounts.ground.outbox.actions import owe_people
from accounts.ground.tree.models import Account
from portal.exports import actions as exports
from portal.reports.build import build
from portal.reports.files import TooLong, write
from portal.reports.queries import Asked
from portal.reports.table import Row
from portal.reports.wishes import Kind, Wish

STEP = 500
LOOKED_AT = 5_000
# The addresses of all accounts of a very large practice.
LONGEST_QUERY = 2_000_000
# How often a report goes through its accounts, for its progress.
PASSES = {Kind.ACTIVITY: 6, Kind.FEES: 2, Kind.DELIVERIES: 2}
READY = gettext_lazy("Your report is ready")
READY_TEXT = gettext_lazy("The report “%(title)s” has been made. It opens after you have signed in:")

Acting = Callable[[], AbstractContextManager[Who | None]]


def submit(*, who: Who, wish: Wish, form: str, at: datetime, tells: bool = False) -> Job:
    """A job for a file of the report; `tells` sends a mail however short it is. Asked twice while the first one
    waits, it is the first one."""
    wanted = {"table": exports.REPORT, "query": wish.address, "longest": LONGEST_QUERY}
    return exports.ask_once(who=who, form=form, at=at, tells=tells, **wanted)  # type: ignore[arg-type]


def wish_of(job: Job) -> Wish:
    """What a job was asked for."""
    return Wish.at(job.arguments["query"])


def at_once(asked: Asked, form: str, *, at: datetime) -> tuple[bytes, str] | None:
    """The file of a small report and its name; None where nothing of its period is closed."""
    out = BytesIO()
    with translation.override(asked.wish.language or translation.get_language()):
        report = build(asked)
        if report is None or asked.sealed is None:
            return None
        house = house_of(asked.who, asked.who.practice_id, at)
        write(report, form, out, house=house, day=asked.sealed, cover=asked.wish.cover)
    return out.getvalue(), file_name(asked.wish, asked.sealed, form)


def file_name(wish: Wish, day: date, form: str) -> str:
    """Such as performance-2026-11-20.csv."""
    return f"{wish.kind}-{day.isoformat()}.{form}"


def make(*, job: Job, acting: Acting, at: Callable[[], datetime]) -> None:
    """Write the file with what the person may see, a short transaction a step: pages see it move, and rights that end
    meanwhile end it. Whoever calls holds the job alone; one that was left half made begins anew."""
    try:
        with TemporaryFile() as out, TemporaryFile() as members:
            _write(job, acting, at, out, members)
    except exports.Stopped:
        return
    except (TooLong, Http404) as refused:
        words = str(refused) if isinstance(refused, TooLong) else _("One of the accounts is no longer there for you.")
        with acting():
            jobs.end(job=job, at=at(), problem=words)


def _write(job: Job, acting: Acting, at: Callable[[], datetime], out: IO[bytes], members: IO[bytes]) -> None:
    wish, form, seen = wish_of(job), job.arguments["form"], [0]

    def took(number: int) -> None:
        seen[0] += number

    with acting() as who:
        # A step of its own: what goes wrong later ends a job that runs.
        if who is None or not _begin(job, at()):
            raise exports.Stopped
    with acting() as who:
        if who is None:
            raise exports.Stopped
        asked = Asked.by(who, wish).told(took)
        of, is_long = asked.facts["number"] * PASSES.get(wish.kind, 1), asked.is_batch
        house = house_of(who, who.practice_id, at())
        Job.unscoped.filter(pk=job.pk).update(of=of, done=0)
        for key in asked.rows.order_by("pk").values_list("pk", flat=True).iterator(chunk_size=STEP):
            members.write(b"%d\n" % key)
        report = build(asked)

    def stepped(rows: Iterable[Row]) -> Iterator[Row]:
        remaining = iter(rows)
        while True:
            with acting() as who:
                if who is None or not jobs.progress(job=job, done=min(seen[0], of)):
                    raise exports.Stopped
                some = list(islice(remaining, STEP))
            if not some:
                return
            yield from some

    if report is None or asked.sealed is None:
        with acting():
            jobs.end(job=job, at=at(), problem=_("Nothing of this period is closed yet."))
        return
    for section in report.sections:
        section.rows = stepped(section.rows)
    write(report, form, out, house=house, day=asked.sealed, cover=wish.cover)
    with acting() as who:
        if who is None or not jobs.progress(job=job, done=of):
            raise exports.Stopped
        _finish(who, job, at(), out, members, name=file_name(wish, asked.sealed, form))
        if is_long or job.arguments.get("tells"):
            _tell(who, job, wish)


def _begin(job: Job, at: datetime) -> bool:
    """A job that waits is started; one whose maker is gone is taken over."""
    running = Job.unscoped.filter(pk=job.pk, state=JobState.RUNNING)
    return jobs.start(job=job, at=at) or running.exists()


def _finish(who: Who, job: Job, at: datetime, out: IO[bytes], members: IO[bytes], *, name: str) -> None:
    size = out.tell()
    kept = {}
    for what, content in (("file", out), ("accounts", members)):
        content.seek(0)
        kept[what] = default_storage.save(f"exports/{job.pk}.{what}", File(content))
    jobs.end(job=job, at=at, result={**kept, "name": name, "bytes": size})


def _tell(who: Who, job: Job, wish: Wish) -> None:
    """A mail with the page of the job, which opens behind the sign-in."""
    owe_people(
        users=[who.user_id],
        subject=READY,
        text=READY_TEXT,
        said={"title": wish.title},
        path=reverse("exports:job", args=[job.pk]),
        natural_key=f"report {job.pk}",
        firm_id=who.firm_id,
        kind="report",
    )


def look_again(who: Who, job: Job) -> None:
    """Whether every account of a finished report may still be seen; Http404 for all of it if one may not."""
    with default_storage.open(exports.written(job, "accounts")) as members:
        remaining = iter(members)
        while some := list(islice(remaining, LOOKED_AT)):
            keys = [int(line) for line in some]
            if scope(who, Account, "report").filter(pk__in=keys).count() != len(keys):
                raise Http404
