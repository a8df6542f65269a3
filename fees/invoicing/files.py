"""A file with more rows than a request should judge: a job checks them, and another sends them, a slice at a time.

A slice is one transaction with the same checks as rows by hand, so that nobody waits long for a file, and a worker that
is killed is followed by one that goes on. All rows count from the moment at which the file was sent, and none is sent
once the night has taken that day: what somebody confirmed for one evening is never sent on another.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.db.models.fields.json import KT
from django.http import Http404

from accounts.ground.access.context import Who, as_role, cursor
from accounts.ground.jobs import actions as jobs
from accounts.ground.jobs.models import Job, JobState
from fees.invoicing.actions import Kept, submit
from fees.invoicing.upload import File, remember
from fees.proofs.words import tell
from fees.sending.actions import counts_for, hold_sending
from fees.sending.queries import clock
from fees.sending.rules import Asked, Verdict
from portal.lib.words import gettext_noop

KIND = "invoices"
CHECK, SEND = "check", "send"
OPEN = (JobState.WAITING, JobState.RUNNING)
# What a request judges by itself, and how many rows a job judges at a time.
FEW_ROWS, AT_ONCE = 500, 500
KEPT = timedelta(days=7)
MOST_LISTED, MOST_OPEN = 10, 5
TOO_LATE = gettext_noop(
    "The night came before all of it was sent, and the rest is not sent any more. Send the rows that are missing again."
)


class Stopped(Exception):
    """Its owner has stopped the job; what the slice did is undone."""


class TooManyFiles(ValueError):
    """Several of one's own files wait already."""

    msgid = gettext_noop("%(most)s of your files are being worked on. Wait until one of them is done, or stop it.")
    params = {"most": MOST_OPEN}


def is_large(file: File) -> bool:
    """Whether a job judges it."""
    return len(file.rows) > FEW_ROWS


def ask(*, who: Who, file: File, step: str) -> Job:
    """A job that checks the rows, or takes those that pass; they count from now on by the database's clock.

    TooManyFiles where several of one's own wait already."""
    if own(who).filter(state__in=OPEN).count() >= MOST_OPEN:
        raise TooManyFiles
    sent = clock()
    arguments: dict[str, object] = {
        "step": step,
        "name": file.name,
        "sha256": file.sha256,
        "encoding": file.encoding,
        "comma": file.writes_decimal_comma,
        "sent": sent.isoformat(),
        "day": counts_for(sent).isoformat(),
        "rows": [list(row) for row in file.rows],
    }
    job = jobs.ask(who=who, kind=KIND, arguments=arguments)
    Job.unscoped.filter(pk=job.pk).update(of=len(file.rows))
    return job


def lapse_due(*, at: datetime) -> int:
    """Forget the rows of files that are older than they are kept, whoever sent them; how many files these were.

    One that is not done by then never will be.
    """
    with as_role("office"):
        old = Job.unscoped.filter(kind=KIND, created_at__lt=at - KEPT, arguments__has_key="sha256")
        old.filter(state__in=OPEN).update(state=JobState.CANCELLED, finished_at=at)
        return old.update(arguments={"name": ""}, result=None)


def own(who: Who) -> "QuerySet[Job]":
    """One's own files, asked for in this seat."""
    return Job.unscoped.filter(user_id=who.user_id, seat_id=who.seat_id, kind=KIND)


def own_job(who: Who, key: UUID, *, light: bool = False) -> Job:
    """One of them; anybody else's is not there, and neither is one whose rows are no longer kept.

    With `light` the rows are left where they are.
    """
    rows = own(who).filter(arguments__has_key="sha256")
    found = (rows.defer("arguments", "result") if light else rows).filter(pk=key).first()
    if found is None:
        raise Http404
    return found


def recent(who: Who) -> "QuerySet[Job]":
    """The last files with their names and what was asked, for a list."""
    kept = own(who).filter(arguments__has_key="sha256").defer("arguments", "result")
    return kept.annotate(name=KT("arguments__name"), step=KT("arguments__step")).order_by("-created_at")[:MOST_LISTED]


def file_of(job: Job) -> File:
    """The rows of a job as they were read and corrected."""
    said = job.arguments
    return File(
        name=said["name"],
        sha256=said["sha256"],
        encoding=said["encoding"],
        rows=tuple(Asked(*row) for row in said["rows"]),
        writes_decimal_comma=said["comma"],
    )


def judged(job: Job) -> tuple[list[Verdict], list[str], list[date]]:
    """A verdict and its sentence for each row so far, and the business days that they count for."""
    found = job.result or {}
    verdicts, told = [], []
    for row, (account, title, amount, currency, reason, available, invoice, words) in zip(
        job.arguments["rows"], found.get("rows", []), strict=False
    ):
        told.append(words)
        verdicts.append(
            Verdict(
                line=row[0],
                account=account,
                title=title,
                amount=_money(amount),
                currency=currency,
                reason=reason,
                available=_money(available),
                invoice=invoice,
            )
        )
    return verdicts, told, [date.fromisoformat(day) for day in found.get("days", [])]


def step(*, who: Who, job: UUID, at: datetime) -> bool:
    """Judge the next rows, and take them where the file is sent; True while there are more.  One worker at a time."""
    with cursor() as cur:
        cur.execute("SELECT pg_try_advisory_xact_lock(hashtext(%s))", [f"invoice file {job}"])
        if not cur.fetchone()[0]:
            return False
    found = own(who).filter(pk=job).first()
    if found is None:
        return False
    if found.state == JobState.WAITING:
        jobs.start(job=found, at=at, of=found.of)
        found.refresh_from_db()
    if found.state != JobState.RUNNING:
        return False
    if found.arguments["step"] == SEND and not _is_in_time(who, found):
        jobs.end(job=found, at=at, result=found.result, problem=TOO_LATE)
        return False
    file, result = file_of(found), found.result or {"days": [], "rows": []}
    rows = file.rows[len(result["rows"]) :][:AT_ONCE]
    if rows:
        day, verdicts = _taken(who, found, file, rows)
        result["rows"] += [_stored(one) for one in verdicts]
        result["days"] = sorted({*result["days"], day.isoformat()})
    done = len(result["rows"])
    Job.unscoped.filter(pk=job).update(result=result)
    if not jobs.progress(job=found, done=done):
        raise Stopped
    if done < len(file.rows):
        return True
    jobs.end(job=found, at=at, result=result)
    return False


def _is_in_time(who: Who, job: Job) -> bool:
    """Whether the rows still count for the day that the file was sent for; no night takes it before this slice ends."""
    hold_sending(who.firm_id)
    sent = datetime.fromisoformat(job.arguments["sent"])
    return counts_for(sent).isoformat() == job.arguments.get("day")


def _taken(who: Who, job: Job, file: File, rows: Sequence[Asked]) -> tuple[date, list[Verdict]]:
    sent, is_sent = datetime.fromisoformat(job.arguments["sent"]), job.arguments["step"] == SEND
    upload = remember(who=who, file=file, at=sent, key=job.pk) if is_sent else None
    before, _told, _days = judged(job)
    kept = {one.account: Kept(one.line, one.invoice) for one in before if one.is_accepted}
    return submit(who=who, rows=rows, at=sent, upload=upload, save=is_sent, kept=kept)


def _stored(one: Verdict) -> list[Any]:
    words = tell(one.sentence) if one.sentence else ""
    available = None if one.available is None else str(one.available)
    amount = None if one.amount is None else str(one.amount)
    return [one.account, one.title, amount, one.currency, str(one.reason), available, one.invoice, words]


def _money(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
