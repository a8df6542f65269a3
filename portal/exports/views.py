"""Asking for a file of a list, the page of the job that makes it, and the file."""

from dataclasses import replace
from urllib.parse import urlencode
from uuid import UUID

from django.core.files.storage import default_storage
from django.db import transaction
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts.ground.access.context import Who, current_alias
from accounts.ground.access.gates import SIGNED_IN, Gate, gate, may_pass, refused
from accounts.ground.jobs.actions import cancel
from accounts.ground.jobs.models import Job, JobState
from fees.whatif.queries import trial_of
from portal.examination.queries import look_at_gates
from portal.examination.tasks import make_pack
from portal.exports import actions
from portal.exports.tasks import make_export
from portal.reports.actions import look_again
from portal.reports.tasks import make_report
from portal.tools.inquiries.views import asker

HISTORY = Gate("view", needs="transaction_history")
# Whoever may ask for a list may follow its job and fetch its file, and nobody who may not any longer.
GATES = {
    "fees": Gate("report"),
    "transactions": HISTORY,
    "differences": Gate("set_fees"),
    actions.REPORT: Gate("report"),
    "what_if": Gate("set_fees"),
    "inquiries": Gate("report"),
    actions.BUNDLE: Gate("report"),
    actions.PACK: Gate("report"),
}
USUAL_GATE = Gate("view")
POLLED = (JobState.WAITING, JobState.RUNNING)


@gate("view", proved=True)
@require_POST
def accounts(request: HttpRequest) -> HttpResponse:
    """A file of the account list, as its address shows it."""
    return _asked(request, "accounts")


@gate("report", proved=True)
@require_POST
def fees(request: HttpRequest) -> HttpResponse:
    """A file of the fee list, as its address shows it."""
    return _asked(request, "fees")


@gate("report", proved=True)
@require_POST
def notices(request: HttpRequest) -> HttpResponse:
    """All fee notices of the day that the address names, as one PDF or a zip."""
    return _asked(request, actions.BUNDLE)


@gate("set_fees", proved=True)
@require_POST
def differences(request: HttpRequest) -> HttpResponse:
    """A file of the differences between agreements and bills, as their address shows them."""
    return _asked(request, "differences")


@gate(replace(HISTORY, proved=True))
@require_POST
def transactions(request: HttpRequest) -> HttpResponse:
    """A file of the transaction history, as its address shows it."""
    return _asked(request, "transactions")


@gate("view", proved=True)
@require_POST
def structure(request: HttpRequest) -> HttpResponse:
    """A file of the whole tree that one may see, or of what was found in it."""
    return _asked(request, "structure")


@gate("report", proved=True)
@require_POST
def inquiries(request: HttpRequest) -> HttpResponse:
    """A file of everything that the query of the address finds."""
    asker(request)
    return _asked(request, "inquiries")


@gate("set_fees", proved=True)
@require_POST
def what_if(request: HttpRequest, trial: UUID) -> HttpResponse:
    """A file of what a what-if has found."""
    trial_of(request.seat, trial)  # type: ignore[attr-defined]
    return _asked(request, "what_if", trial=str(trial))


def _asked(request: HttpRequest, table: str, **more: str) -> HttpResponse:
    who = request.seat  # type: ignore[attr-defined]
    formats = actions.BUNDLE_FORMATS if table == actions.BUNDLE else actions.FORMATS
    form = request.POST.get("format", "")
    one = actions.ask(
        who=who,
        table=table,
        query="&".join(filter(None, [urlencode(more), request.META.get("QUERY_STRING", "")])),
        form=form if form in formats else formats[0],
        chosen=request.POST.getlist("chosen") if request.POST.get("which") == "chosen" else [],
        at=timezone.now(),
    )
    wake(who, one)
    return redirect("exports:job", one.pk)


def wake(who: Who, one: Job) -> None:
    """Call a worker once the row is there. Whoever looks at a job that waits calls again: the broker may lose it."""
    said = (str(one.pk), who.user_id, who.seat_id)

    def send() -> None:
        table = (one.arguments or {}).get("table")
        if table == actions.REPORT:
            make_report.delay(*said)
        elif table == actions.PACK:
            make_pack.delay(*said)
        else:
            make_export.delay(*said)

    transaction.on_commit(send, using=current_alias.get(), robust=True)


def is_report(one: Job) -> bool:
    """Whether a job makes a report, and not a file of a list."""
    return (one.arguments or {}).get("table") == actions.REPORT


@gate(SIGNED_IN)
@require_GET
def job(request: HttpRequest, job: UUID) -> HttpResponse:
    """How far it is; the page may be closed and opened again."""
    who = request.seat  # type: ignore[attr-defined]
    one = own(who, job)
    if one.state == JobState.WAITING:
        wake(who, one)
    context = {
        "job": one,
        "is_polled": one.state in POLLED,
        "is_ready": actions.is_ready(one),
        "is_report": is_report(one),
    }
    return render(request, "exports/job.html", context)


@gate(SIGNED_IN)
@require_POST
def stop(request: HttpRequest, job: UUID) -> HttpResponse:
    """Stop it; what was written is not kept."""
    one = own(request.seat, job)  # type: ignore[attr-defined]
    cancel(job=one, at=timezone.now())
    return redirect("exports:job", one.pk)


@gate(Gate("signed_in", proved=True))
@require_GET
def file(request: HttpRequest, job: UUID) -> FileResponse:
    """The file, for who has asked for it."""
    who = request.seat  # type: ignore[attr-defined]
    return served(who, own(who, job))


def served(who: Who, one: Job) -> FileResponse:
    """The file of a job of one's own, as far as it may still be had."""
    if not actions.is_ready(one):
        raise Http404
    look_at_gates(who, one)
    if actions.written(one, "accounts"):
        look_again(who, one)
    answer = FileResponse(
        default_storage.open(actions.written(one)), as_attachment=True, filename=actions.written(one, "name")
    )
    answer["Cache-Control"] = "private, no-store"
    return answer


def own(who: Who | None, key: UUID) -> Job:
    """A job of one's own, asked for in this seat; anybody else's is not there."""
    if who is None:
        raise Http404
    found = Job.unscoped.filter(pk=key, user_id=who.user_id, seat_id=who.seat_id, kind=actions.KIND).first()
    if found is None:
        raise Http404
    mark = GATES.get((found.arguments or {}).get("table", ""), USUAL_GATE)
    if not may_pass(who, mark):
        raise refused(who, mark)
    return found
