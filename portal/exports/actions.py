"""Asking for a file of a list, and making it: a job, so that a page never waits for it."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from tempfile import TemporaryFile
from typing import IO

from django.core.files import File
from django.core.files.storage import default_storage
from django.db.models import Q
from django.http import QueryDict
from django.utils.translation import gettext as _

from accounts.ground.access.context import Who
from accounts.ground.amounts import number_words
from accounts.ground.jobs import actions as jobs
from accounts.ground.jobs.models import Job, JobState
from portal.exports.bundles import MOST_IN_A_PDF, bundle, count
from portal.exports.tables import TABLES, Table
from portal.lib import csvtext, xlsx

KIND = "export"
FORMATS = ("csv", "xlsx")
# Documents are printed, not listed.
BUNDLE, BUNDLE_FORMATS = "notices", ("pdf", "zip")
# Reports are made by portal.reports, and kept longer: they stand in a list.
REPORT, REPORT_FORMATS = "report", ("csv", "xlsx", "pdf")
# Exam packs are made by portal.examination.
PACK = "examination"
KEPT = timedelta(days=7)
REPORTS_KEPT = timedelta(days=90)
MOST_CHOSEN = 1000
LONGEST_QUERY = 2000
SAYS_EVERY = 1000
PRINTED_EVERY = 25


class Stopped(Exception):
    """The owner has cancelled the job."""


class Refused(Exception):
    """Why there is no such file, in words for its owner."""


def ask(
    *,
    who: Who,
    table: str,
    query: str,
    form: str,
    chosen: Sequence[str],
    at: datetime,
    longest: int = LONGEST_QUERY,
    tells: bool = False,
) -> Job:
    """A job for a file of the list as the address describes it, or of some of its rows; old files go. `tells` asks
    for a mail when it is there."""
    _tidy(who, at)
    wanted: dict[str, object] = {
        "table": table,
        "query": query[:longest],
        "form": form,
        "chosen": list(chosen)[:MOST_CHOSEN],
        "tells": tells,
    }
    return jobs.ask(who=who, kind=KIND, arguments=wanted)


def ask_once(
    *, who: Who, table: str, query: str, form: str, at: datetime, longest: int = LONGEST_QUERY, tells: bool = False
) -> Job:
    """The same, but asked twice while the first one waits it is the first one."""
    waiting = {"table": table, "query": query, "form": form, "tells": tells}
    own = Job.unscoped.filter(user_id=who.user_id, seat_id=who.seat_id, kind=KIND, state=JobState.WAITING)
    # Containing none holds for any list, so what is marked is compared by itself.
    known = own.filter(arguments__contains=waiting, arguments__chosen=[]).first()
    more = {"chosen": (), "at": at, "longest": longest, "tells": tells}
    return known or ask(who=who, table=table, query=query, form=form, **more)  # type: ignore[arg-type]


def make(*, who: Who, job: Job, at: datetime) -> None:
    """Write the file with what the person may see now. A job that another worker has is left to it."""
    if not jobs.start(job=job, at=at):
        return
    form = job.arguments["form"]
    with TemporaryFile() as out:
        try:
            name, of = _bundled(who, job, out) if job.arguments["table"] == BUNDLE else _listed(who, job, out, at)
        except Stopped:
            return
        except Refused as refused:
            jobs.end(job=job, at=at, problem=str(refused))
            return
        size = out.tell()
        out.seek(0)
        place = default_storage.save(f"exports/{job.pk}.{form}", File(out))
    jobs.progress(job=job, done=of)
    jobs.end(job=job, at=at, result={"file": place, "name": f"{name}.{form}", "bytes": size})


def _bundled(who: Who, job: Job, out: IO[bytes]) -> tuple[str, int]:
    query, form = QueryDict(job.arguments["query"]), job.arguments["form"]
    of = count(who, query)
    if not of:
        raise Refused(_("Choose a day that has notices."))
    if form != "zip" and of > MOST_IN_A_PDF:
        words = _(
            "The day has %(count)s notices, and one PDF holds at most %(most)s. Ask for the zip: it holds all of them."
        )
        raise Refused(words % {"count": number_words(Decimal(of), 0), "most": number_words(Decimal(MOST_IN_A_PDF), 0)})
    Job.unscoped.filter(pk=job.pk).update(of=of)
    bundle(who, query, form, _telling(job), out)
    return f"{BUNDLE}-{query.get('day', '')}", of


def _listed(who: Who, job: Job, out: IO[bytes], at: datetime) -> tuple[str, int]:
    wanted = job.arguments
    table = TABLES[wanted["table"]](who, QueryDict(wanted["query"]), wanted["chosen"])
    Job.unscoped.filter(pk=job.pk).update(of=table.of)
    rows = _with_progress(table, job)
    if wanted["form"] == "xlsx":
        xlsx.write_to(out, rows, sheet=table.name)
    else:
        csvtext.write_to(out, rows)
    return f"{table.name}-{at.date().isoformat()}", table.of


def _telling(job: Job) -> Callable[[int], None]:
    def tell(done: int) -> None:
        if done % PRINTED_EVERY == 0 and not jobs.progress(job=job, done=done):
            raise Stopped

    return tell


def _with_progress(table: Table, job: Job) -> Iterator[Sequence[csvtext.Cell]]:
    yield table.headings
    for done, row in enumerate(table.rows, start=1):
        if done % SAYS_EVERY == 0 and not jobs.progress(job=job, done=min(done, table.of)):
            raise Stopped
        yield row


def _tidy(who: Who, at: datetime) -> None:
    """Files of one's own that are older than they are kept."""
    own = Job.unscoped.filter(user_id=who.user_id, kind=KIND).exclude(result=None)
    reports = Q(arguments__table=REPORT)
    old = own.filter(Q(finished_at__lt=at - REPORTS_KEPT) | (~reports & Q(finished_at__lt=at - KEPT)))
    for job in old:
        for what in ("file", "accounts"):
            if name := written(job, what):
                default_storage.delete(name)
    old.update(result=None)


def is_ready(job: Job) -> bool:
    """Whether the file is there to be fetched."""
    return job.state == JobState.DONE and bool(job.result) and default_storage.exists(written(job))


def written(job: Job, what: str = "file") -> str:
    """Where a job has written its file, or under which name it is given out."""
    return str((job.result or {}).get(what, ""))
