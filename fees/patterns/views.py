"""The pages of fee templates: the list, one template, whom to give it to, and what becomes of each account."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.ground.access.context import Who
from accounts.ground.access.gates import gate
from accounts.ground.clock import exchange_today
from accounts.ground.jobs.actions import cancel
from accounts.ground.jobs.models import Job, JobState
from accounts.ground.tree.queries import typed
from fees.invoicing.models import CAP_KINDS
from fees.patterns import actions, applying, queries
from fees.patterns.actions import TemplateRefused
from fees.patterns.models import FeeTemplate
from fees.patterns.queries import own_job
from fees.patterns.tasks import wake
from fees.proofs.words import tell
from fees.proposals.document import terms_words
from fees.proposals.forms import TermsForm
from fees.proposals.rules import Wanted, problems
from fees.schedules.rules import ScheduleRefused

POLLED = (JobState.WAITING, JobState.RUNNING)
LONGEST_VERSION = 9


@gate("set_fees")
@require_GET
def listed(request: HttpRequest) -> HttpResponse:
    """The practice's templates with their terms."""
    rows = queries.with_clients(_who(request), exchange_today())
    shown = [(one, terms_words(queries.wanted_of(one))) for one in rows]
    return render(request, "fees/patterns/list.html", {"templates": shown})


@gate("set_fees", step_up=True)
def new(request: HttpRequest) -> HttpResponse:
    """A template from nothing."""
    who = _who(request)
    if request.method != "POST":
        return _form(request, TermsForm(begin=Wanted(strategy="automatic")))
    form, wanted = _typed(request)
    if wanted is not None:
        try:
            found = actions.create(
                who=who,
                name=_name(request),
                wanted=wanted,
                is_default=bool(request.POST.get("is_default")),
                at=timezone.now(),
            )
        except ScheduleRefused as refused:
            form.refuse(refused.problems, wanted)
        except TemplateRefused as refused:
            form.errors["template"] = [tell(refused.sentence)]
        else:
            messages.success(request, _("The template is saved. No client's fees have changed."))
            return redirect("fees:template", found.pk)
    return _form(request, form, status=422 if form.is_refused else 200)


@gate("set_fees", step_up=True)
def change(request: HttpRequest, template: UUID) -> HttpResponse:
    """One template; sent back, it is changed, and no client's fees with it."""
    who = _who(request)
    found = queries.one(who, template)
    if request.method != "POST":
        return _form(request, TermsForm(begin=queries.wanted_of(found)), found)
    form, wanted = _typed(request)
    if wanted is not None:
        try:
            actions.change(
                who=who, template=found, name=_name(request), wanted=wanted, seen=_seen(request), at=timezone.now()
            )
        except ScheduleRefused as refused:
            form.refuse(refused.problems, wanted)
        except TemplateRefused as refused:
            form.errors["template"] = [tell(refused.sentence)]
        else:
            messages.success(request, _("The template is saved. No client's fees have changed."))
            return redirect("fees:template", found.pk)
    return _form(request, form, found, status=422 if form.is_refused else 200)


@gate("set_fees")
@require_POST
def lines(request: HttpRequest, template: UUID | None = None) -> HttpResponse:
    """The form with a line more; nothing is saved, so nobody is asked who they are."""
    found = queries.one(_who(request), template) if template else None
    form = TermsForm(request.POST)
    wanted = form.wanted()
    if wanted is not None:
        form.refuse(problems(wanted, today=exchange_today()), wanted)
    return _form(request, form, found, status=422 if form.is_refused else 200)


@gate("set_fees")
@require_POST
def copy(request: HttpRequest, template: UUID) -> HttpResponse:
    """The same terms under another name."""
    who = _who(request)
    found = actions.copy(who=who, template=queries.one(who, template), at=timezone.now())
    return redirect("fees:template", found.pk)


@gate("set_fees", step_up=True)
@require_POST
def make_default(request: HttpRequest, template: UUID) -> HttpResponse:
    """New clients begin with it."""
    who = _who(request)
    actions.make_default(who=who, template=queries.one(who, template), at=timezone.now())
    messages.success(request, _("New clients begin with this template."))
    return redirect("fees:templates")


@gate("set_fees", step_up=True)
@require_POST
def delete(request: HttpRequest, template: UUID) -> HttpResponse:
    """Off the list; clients keep their terms."""
    who = _who(request)
    try:
        actions.delete(who=who, template=queries.one(who, template), seen=_seen(request), at=timezone.now())
    except TemplateRefused as refused:
        messages.error(request, tell(refused.sentence))
    else:
        messages.success(request, _("The template was deleted. Clients keep the terms they were given."))
    return redirect("fees:templates")


@gate("set_fees")
def apply(request: HttpRequest, template: UUID) -> HttpResponse:
    """Whom to give it to; what it means for each is worked out next, and nothing is sent yet."""
    who = _who(request)
    found = queries.one(who, template)
    given = queries.users_of(who, found, exchange_today())
    context: dict[str, Any] = {"template": found, "given": given, "terms": terms_words(queries.wanted_of(found))}
    if request.method == "POST":
        try:
            job = applying.ask(who=who, template=found, numbers=_numbers(request, who, given), at=timezone.now())
        except TemplateRefused as refused:
            context["refused"] = tell(refused.sentence)
        else:
            wake(who, job)
            return redirect("fees:template_job", job.pk)
    text = typed(request.GET.get("q"))
    rows = list(queries.found(who, text)[: queries.MOST_SHOWN + 1])
    context |= {
        "text": text,
        "accounts": [(one, given.get(one.number)) for one in rows[: queries.MOST_SHOWN]],
        "is_capped": len(rows) > queries.MOST_SHOWN,
        "chosen": request.POST.getlist("chosen") or request.GET.getlist("chosen"),
    }
    return render(request, "fees/patterns/apply.html", context, status=422 if "refused" in context else 200)


@gate("set_fees")
@require_GET
def job(request: HttpRequest, task: UUID) -> HttpResponse:
    """How far it is; then what would become, or has become, of each account."""
    who = _who(request)
    found = own_job(who, task)
    if found.state in POLLED:
        wake(who, found)
    return _job(request, found)


@gate("set_fees", step_up=True)
@require_POST
def send(request: HttpRequest, task: UUID) -> HttpResponse:
    """Propose the terms to the accounts that were looked at."""
    who = _who(request)
    review = own_job(who, task)
    try:
        job = applying.ask_to_apply(who=who, review=review, numbers=request.POST.getlist("chosen"))
    except TemplateRefused as refused:
        return _job(request, review, tell(refused.sentence))
    wake(who, job)
    return redirect("fees:template_job", job.pk)


@gate("set_fees")
@require_POST
def stop(request: HttpRequest, task: UUID) -> HttpResponse:
    """Nobody else; what was sent stays sent."""
    found = own_job(_who(request), task)
    cancel(job=found, at=timezone.now())
    return redirect("fees:template_job", found.pk)


def _job(request: HttpRequest, found: Job, refused: str = "") -> HttpResponse:
    who = _who(request)
    rows = [(number, _told(row)) for number, row in (found.result or {}).get("rows", {}).items()]
    counted = {
        outcome: sum(row["outcome"] == outcome for _number, row in rows)
        for outcome in (applying.WAITS, applying.APPLIES, applying.SAME, applying.REFUSED)
    }
    context = {
        "job": found,
        "is_polled": found.state in POLLED,
        "is_review": found.kind == queries.REVIEW,
        "rows": rows,
        "counted": counted,
        "sums": _sums(rows),
        "name": _name_of(who, found),
        "refused": refused,
    }
    return render(request, "fees/patterns/job.html", context, status=422 if refused else 200)


def _name_of(who: Who, found: Job) -> str:
    """What the terms of a job are called."""
    if "terms" in found.arguments:
        return _("These terms")
    return queries.own(who).filter(pk=found.arguments["template"]).values_list("name", flat=True).first() or ""


def _told(row: dict[str, Any]) -> dict[str, Any]:
    if "after" not in row:
        return row
    before, after = Decimal(row["before"]), Decimal(row["after"])
    return row | {"before": before, "after": after, "change": after - before}


def _sums(rows: list[tuple[str, dict[str, Any]]]) -> list[tuple[str, Decimal]]:
    """What all of them together pay more in a period, currency by currency."""
    found: dict[str, Decimal] = {}
    for _number, row in rows:
        if "change" in row:
            found[row["currency"]] = found.get(row["currency"], Decimal(0)) + row["change"]
    return sorted(found.items())


def _typed(request: HttpRequest) -> tuple[TermsForm, Wanted | None]:
    """The form with what was typed."""
    form = TermsForm(request.POST)
    return form, form.wanted()


def _form(
    request: HttpRequest, form: TermsForm, template: FeeTemplate | None = None, status: int = 200
) -> HttpResponse:
    place = [template.pk] if template else []
    context = {
        "form": form,
        "template": template,
        "name": request.POST.get("name", template.name if template else "")[:200],
        "is_default": bool(request.POST.get("is_default")),
        "refused": form.summary,
        "kinds": CAP_KINDS,
        "saving": reverse("fees:template" if template else "fees:new_template", args=place),
        "here": reverse("fees:template_lines" if template else "fees:new_template_lines", args=place),
        "given": len(queries.users_of(_who(request), template, exchange_today())) if template else 0,
    }
    return render(request, "fees/patterns/template.html", context, status=status)


def _name(request: HttpRequest) -> str:
    return request.POST.get("name", "").replace("\0", "").strip()


def _seen(request: HttpRequest) -> int:
    text = request.POST.get("seen", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST_VERSION else 0


def _numbers(request: HttpRequest, who: Who, given: dict[str, int]) -> list[str]:
    """Whom the form means: those ticked, those who were given it before, or everybody."""
    of = request.POST.get("of", "chosen")
    if of == "given":
        return list(given)
    if of == "all":
        return list(queries.accounts(who).values_list("number", flat=True)[: applying.MOST + 1])
    return request.POST.getlist("chosen")[: applying.MOST + 1]


def _who(request: HttpRequest) -> Who:
    return request.seat  # type: ignore[attr-defined]
