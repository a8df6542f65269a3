"""Pages of the back office about statements: upload, one job, queries, corrected values, exchange rates."""

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.broker.feed.models import FxRate, NavHistory
from accounts.broker.rates.actions import RateProblem, correct_rate
from accounts.broker.rates.models import RateCorrection
from accounts.broker.service.actions import ServiceProblem, has_token
from accounts.broker.service.models import FlexQuery
from accounts.ground.access.gates import OFFICE, gate
from accounts.ground.jobs.models import Job, JobState
from accounts.ground.paging import page_of
from accounts.ground.tree.models import Account
from portal.corrections.queries import with_new_values
from portal.office.statements import actions
from portal.office.statements.files import UploadProblem
from portal.office.statements.forms import RateForm, UploadForm
from portal.office.statements.work import KINDS

JOBS_SHOWN = 20
CORRECTIONS_SHOWN = 20
MOVING = (JobState.WAITING, JobState.RUNNING)


@gate(OFFICE)
def uploads(request: HttpRequest) -> HttpResponse:
    """Take statement files, and show what became of the last ones."""
    form = UploadForm(request.POST or None, request.FILES or None) if request.method == "POST" else UploadForm()
    if request.method == "POST" and form.is_valid():
        try:
            job = actions.upload(who=request.seat, uploaded=form.cleaned_data["files"])  # type: ignore[attr-defined]
        except UploadProblem as problem:
            form.add_error("files", str(problem))
        else:
            return HttpResponseRedirect(reverse("statement_files:job", args=[job.pk]))
    queries = FlexQuery.unscoped.order_by("name")
    context = {
        "form": form,
        "jobs": Job.unscoped.filter(kind__in=KINDS).order_by("-created_at", "pk")[:JOBS_SHOWN],
        "queries": [(query, has_token(query)) for query in queries],
    }
    status = 422 if form.errors else 200
    return render(request, "office/statements/uploads.html", framed(request, context), status=status)


@gate(OFFICE)
@require_safe
def job(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One upload or fetch: how far it is, then what became of every file and account."""
    found = get_object_or_404(Job.unscoped, pk=pk, kind__in=KINDS)
    context = {"job": found, "is_moving": found.state in MOVING, "result": found.result or {}}
    if request.headers.get("HX-Request"):
        return render(request, "office/statements/job_now.html", context)
    return render(request, "office/statements/job.html", framed(request, context))


@gate(OFFICE)
@require_POST
def fetch(request: HttpRequest, query: int) -> HttpResponse:
    """Fetch a query now."""
    found = get_object_or_404(FlexQuery.unscoped, pk=query)
    try:
        job = actions.fetch_now(who=request.seat, query=found, at=timezone.now())  # type: ignore[attr-defined]
    except ServiceProblem as problem:
        messages.error(request, str(problem))
        return HttpResponseRedirect(reverse("statement_files:uploads"))
    return HttpResponseRedirect(reverse("statement_files:job", args=[job.pk]))


@gate(OFFICE)
@require_safe
def corrections(request: HttpRequest) -> HttpResponse:
    """Values that a later file replaced, the latest first; of one account where its number is asked for."""
    number = request.GET.get("account", "").strip().upper()[:10]
    rows = NavHistory.unscoped.select_related("account", "file", "replaced_by")
    if number:
        rows = rows.filter(account__in=Account.unscoped.filter(number=number))
    page = page_of(with_new_values(rows), order=["-replaced_at", "-pk"], query=request.GET)
    context = {"page": page, "number": number}
    return render(request, "office/statements/corrections.html", framed(request, context))


@gate(OFFICE)
def rates(request: HttpRequest) -> HttpResponse:
    """The rates of a day; a wrong one is corrected with a reason."""
    form = RateForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        at = timezone.now()
        try:
            made = correct_rate(by=request.user.pk, at=at, **form.cleaned_data)  # type: ignore[arg-type]
        except RateProblem as problem:
            form.add_error("rate", str(problem))
        else:
            messages.success(request, _("The rate is corrected. Sealed nights keep what they used."))
            return HttpResponseRedirect(f"{reverse('statement_files:rates')}?day={made.day}")
    day = _day(form.data.get("day") if form.is_bound else request.GET.get("day"))
    context = {
        "day": day,
        "rows": [(one, f"{one.rate:f}") for one in _rates_of(day)],
        "form": form,
        "corrected": RateCorrection.unscoped.order_by("-at", "-pk")[:CORRECTIONS_SHOWN],
    }
    status = 422 if form.errors else 200
    return render(request, "office/statements/rates.html", framed(request, context), status=status)


def _rates_of(day: date | None) -> Any:
    return FxRate.unscoped.filter(day=day).order_by("from_currency", "to_currency") if day else []


def _day(text: Any) -> date | None:
    """The day asked for, the last one with rates when none is; None where there is nothing to show."""
    if text:
        try:
            return date.fromisoformat(str(text))
        except ValueError as problem:
            raise Http404 from problem
    return FxRate.unscoped.order_by("-day").values_list("day", flat=True).first()


def framed(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """The context with what the back office's menu needs."""
    return {**context, "available_apps": admin.site.get_app_list(request)}
