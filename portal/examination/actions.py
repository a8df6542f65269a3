"""Asking for an exam pack, and making it: a job of short transactions, in the person's name to its last row."""

import json
from collections.abc import Callable, Iterator
from datetime import date, datetime
from io import BytesIO
from pathlib import PurePosixPath
from tempfile import TemporaryFile
from typing import IO
from urllib.parse import parse_qs, urlencode

from django.core.files import File as Stored
from django.core.files.storage import default_storage
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.ground.access.context import Who
from accounts.ground.access.scope import scope
from accounts.ground.jobs import actions as jobs
from accounts.ground.jobs.models import Job, JobState
from accounts.ground.outbox.actions import owe_people
from accounts.ground.people.models import User
from accounts.ground.tree.models import Account, Practice
from portal.examination.contents import Acting, Ended, Pack, files
from portal.exports import actions as exports
from portal.lib.zipped import File, packed

FORM = "zip"
# The words of an index are for people; machines read the manifest.
INDEX, MANIFEST = "README.txt", "manifest.json"
TOLD = {
    "bills/charges.csv": gettext_lazy("Every fee, and adjustment, of a period that closed in these days"),
    "bills/invoices.csv": gettext_lazy("Invoices, who sent and who approved them, what the night did with them"),
    "bills/reimbursements.csv": gettext_lazy("Money given back to clients"),
    "bills/movements.csv": gettext_lazy("Every movement of money in the books"),
    "proofs/proofs.jsonl": gettext_lazy("What each fee was worked out from, as it was stored, and the same in words"),
    "notices/*.pdf": gettext_lazy("Fee notices as clients got them"),
    "approvals/approvals.csv": gettext_lazy("Fee agreements that were put to clients, who signed, when and from where"),
    "approvals/*.pdf": gettext_lazy("The agreements themselves, with the signatures under them"),
    "logs/events.csv": gettext_lazy("What happened to accounts and in the practice"),
    "logs/trail.jsonl": gettext_lazy("Rows before and after each change, for who manages the practice's users"),
    "seals/seals.jsonl": gettext_lazy("The seals of the days, each chained to the one before, for the top level"),
}
READY = gettext_lazy("Your exam pack is ready")
READY_TEXT = gettext_lazy("The exam pack from %(first)s to %(last)s has been made. It opens after you have signed in:")


def ask(*, who: Who, first: date, last: date, at: datetime) -> Job:
    """A job for the pack of these days. Asked twice while the first one waits, it is the first one."""
    query = urlencode({"first": first, "last": last})
    return exports.ask_once(who=who, table=exports.PACK, query=query, form=FORM, at=at)


def days_of(job: Job) -> tuple[date, date]:
    """The first and the last day that a job was asked for."""
    asked = parse_qs(job.arguments["query"])
    return date.fromisoformat(asked["first"][0]), date.fromisoformat(asked["last"][0])


def make(*, job: Job, acting: Acting, at: Callable[[], datetime]) -> None:
    """Write the pack. Whoever calls holds the job alone; one that was left half made begins anew."""
    first, last = days_of(job)
    done = 0

    def took(rows: int) -> None:
        nonlocal done
        done += rows
        if not jobs.progress(job=job, done=done):
            raise Ended

    try:
        with acting() as who:
            # A step of its own: what goes wrong later ends a job that runs.
            running = Job.unscoped.filter(pk=job.pk, state=JobState.RUNNING)
            if who is None or not (jobs.start(job=job, at=at()) or running.exists()):
                return
        pack, seen = Pack(acting, first, last, took), _accounts(acting)
        with TemporaryFile() as out:
            write(pack, out, at=at())
            # What came meanwhile stands in it as well as what has gone.
            seen |= _accounts(acting)
            with acting() as who:
                if who is not None and jobs.progress(job=job, done=done):
                    _finish(who, job, at(), out, seen, pack.passed)
    except Ended:
        return


def _accounts(acting: Acting) -> set[int]:
    """The accounts that the person may report on now."""
    with acting() as who:
        if who is None:
            raise Ended
        return set(scope(who, Account, "report").values_list("pk", flat=True))


def write(pack: Pack, out: IO[bytes], *, at: datetime) -> None:
    """The zip, file by file: nothing of it is whole in memory. Raises Ended."""
    with pack.acting() as who:
        if who is None:
            raise Ended
        name = User.objects.filter(pk=who.user_id).values_list("username", flat=True).first() or ""
        practice = scope(who, Practice).filter(pk=who.practice_id).values_list("name", flat=True).first() or ""
    about = {"practice": practice, "first": pack.first, "last": pack.last, "made_by": name, "made_at": at}

    def whole() -> Iterator[File]:
        yield from files(pack)
        # By now every file has been counted.
        told = {
            path: {"rows": rows, "holds": str(TOLD[path]), "shut": path in pack.shut}
            for path, rows in pack.rows.items()
        }
        yield MANIFEST, [json.dumps({**about, "files": told}, ensure_ascii=False, indent=1, default=str).encode()]
        yield INDEX, [_index(about, pack.rows, pack.shut).encode()]

    for block in packed(whole(), at=at):
        out.write(block)


def _index(about: dict[str, object], rows: dict[str, int], shut: set[str]) -> str:
    title = _("Exam pack of %(practice)s, %(first)s to %(last)s") % about
    lines = [title, "=" * len(title), "", _("Made by %(made_by)s at %(made_at)s.") % about]
    lines += [_("It holds what this person could see when it was made."), ""]
    for path, number in rows.items():
        lines.append(f"{PurePosixPath(path)}  ({number})")
        lines.append(f"    {TOLD[path]}")
        if path in shut:
            lines.append("    " + _("This person's rights do not open it."))
    lines += ["", _("To check it: sha256sum -c SHA256SUMS in the unpacked folder,")]
    lines += [_("or python -m portal.examination PACK.zip, which looks at proofs and seals as well."), ""]
    return "\n".join(lines)


def _finish(who: Who, job: Job, at: datetime, out: IO[bytes], seen: set[int], passed: set[str]) -> None:
    size, kept = out.tell(), {}
    members = BytesIO(b"".join(b"%d\n" % key for key in sorted(seen)))
    for what, content in (("file", out), ("accounts", members)):
        content.seek(0)
        kept[what] = default_storage.save(f"exports/{job.pk}.{what}", Stored(content))
    first, last = days_of(job)
    told = {"name": file_name(first, last), "bytes": size, "gates": sorted(passed)}
    jobs.end(job=job, at=at, result={**kept, **told})
    owe_people(
        users=[who.user_id],
        subject=READY,
        text=READY_TEXT,
        said={"first": first.isoformat(), "last": last.isoformat()},
        path=reverse("exports:job", args=[job.pk]),
        natural_key=f"exam pack {job.pk}",
        firm_id=who.firm_id,
    )


def file_name(first: date, last: date) -> str:
    """Such as exam-pack-2026-07-01-2026-09-30.zip."""
    return f"exam-pack-{first.isoformat()}-{last.isoformat()}.{FORM}"
