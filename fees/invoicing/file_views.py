"""Pages of a large file of invoices: how far its job is, what became of every row, correcting, sending."""

import re
import uuid
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.ground.access.context import Who
from accounts.ground.access.gates import gate
from accounts.ground.idempotency.actions import KeyReused, once
from accounts.ground.jobs.actions import cancel
from accounts.ground.jobs.models import Job, JobState
from fees.invoicing import files, queries
from fees.invoicing.review import BadForm, context_of, corrected
from fees.invoicing.showing import table_answer
from fees.invoicing.tasks import wake
from fees.invoicing.upload import File, errors_table, known, with_points
from fees.sending.pages import MOST_CHOICES
from fees.sending.rules import Verdict


def checking(request: HttpRequest, file: File) -> HttpResponse:
    """A job checks the rows; the answer is its page."""
    who = _who(request)
    try:
        job = files.ask(who=who, file=file, step=files.CHECK)
    except files.TooManyFiles as problem:
        return _too_many(request, problem)
    wake(who, job)
    return redirect("fees:invoice_file", job.pk)


@gate("set_fees")
@require_GET
def progress(request: HttpRequest, task: uuid.UUID) -> HttpResponse:
    """How far it is, and then what became of the rows; the page may be closed and opened again."""
    who = _who(request)
    job = files.own_job(who, task, light=True)
    if job.state in files.OPEN:
        wake(who, job)
        return render(request, "fees/invoicing/file.html", {"job": job, "is_polled": True})
    if request.headers.get("HX-Request"):
        return HttpResponse(headers={"HX-Refresh": "true"})
    job = files.own_job(who, task)
    file = files.file_of(job)
    verdicts, told, days = files.judged(job)
    is_sent = job.arguments["step"] == files.SEND
    late = _(files.TOO_LATE) if job.message == files.TOO_LATE else ""
    context = {**_context(file, verdicts, told), "days": days, "job": job, "is_sent": is_sent, "late": late}
    if is_sent or job.state != JobState.DONE:
        return render(request, "fees/invoicing/file.html", context)
    context |= {
        "before": known(who, file),
        "choices": queries.may_be_invoiced(who, days[-1], MOST_CHOICES) if days else [],
        "key": uuid.uuid4(),
        "review": reverse("fees:review_invoice_file", args=[task]),
        "send": reverse("fees:send_invoice_file", args=[task]),
    }
    return render(request, "fees/invoicing/review.html", context)


@gate("set_fees")
@require_POST
def review(request: HttpRequest, task: uuid.UUID) -> HttpResponse:
    """Check the rows again after some were corrected; or the refused ones as a file."""
    who = _who(request)
    job = files.own_job(who, task)
    if "errors" in request.POST:
        verdicts, told, _days = files.judged(job)
        return table_answer(errors_table(_cut(files.file_of(job), len(verdicts)), verdicts, told), name="errors.csv")
    file = _posted(request, job)
    return checking(request, with_points(file) if "comma" in request.POST else file)


@gate("set_fees", step_up=True)
@require_POST
def send(request: HttpRequest, task: uuid.UUID) -> HttpResponse:
    """A job takes the rows that pass; sending the same form twice takes them once."""
    who = _who(request)
    file = _posted(request, files.own_job(who, task))
    key = request.POST.get("key", "")
    if not re.fullmatch(r"[0-9a-f-]{36}", key):
        raise Http404

    def act() -> tuple[int, object]:
        job = files.ask(who=who, file=file, step=files.SEND)
        wake(who, job)
        return 200, {"job": str(job.pk)}

    body = [file.sha256, *file.rows]
    try:
        # A route of its own: a key of the form that sends at once answers without a job.
        _status, answer = once(user_id=who.user_id, key=key, route="invoice file form", body=body, act=act)
    except KeyReused:
        raise Http404 from None
    except files.TooManyFiles as problem:
        return _too_many(request, problem)
    return HttpResponseRedirect(reverse("fees:invoice_file", args=[answer["job"]]))  # type: ignore[index]


@gate("set_fees")
@require_POST
def stop(request: HttpRequest, task: uuid.UUID) -> HttpResponse:
    """Go no further; what was sent stays sent."""
    job = files.own_job(_who(request), task, light=True)
    cancel(job=job, at=timezone.now())
    return redirect("fees:invoice_file", job.pk)


def _too_many(request: HttpRequest, problem: files.TooManyFiles) -> HttpResponse:
    messages.error(request, _(problem.msgid) % problem.params)
    return redirect("fees:upload_invoices")


def _context(file: File, verdicts: Sequence[Verdict], told: Sequence[str]) -> dict[str, Any]:
    """Of a job that was stopped, the rows that it has come to."""
    judged = _cut(file, len(verdicts))
    return {**context_of(judged, verdicts, told), "file": file, "rows_count": len(file.rows)}


def _cut(file: File, count: int) -> File:
    return replace(file, rows=file.rows[:count])


def _posted(request: HttpRequest, job: Job) -> File:
    """The rows of a finished check as the page corrects them."""
    if job.state != JobState.DONE or job.arguments["step"] != files.CHECK:
        raise Http404
    try:
        return corrected(files.file_of(job), request.POST)
    except BadForm as error:
        raise Http404 from error


def _who(request: HttpRequest) -> Who:
    return request.seat  # type: ignore[attr-defined]
