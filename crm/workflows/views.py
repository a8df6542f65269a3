"""The workflows of a practice: list, writing, changing, ending stages, opening again, trash, templates."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.ground.access.gates import SIGNED_IN, gate
from accounts.ground.access.onward import onward
from accounts.ground.clock import exchange_today
from accounts.ground.days.queries import calendar
from accounts.ground.paging import page_of
from crm.contacts import chosen
from crm.contacts import queries as contacts
from crm.tasks.models import Priority
from crm.tasks.rules import day_of
from crm.vault.context import opened
from crm.vault.engine.encoding import Unopened
from crm.vault.sealed import Opened
from crm.workflows import actions, queries
from crm.workflows.actions import WorkflowChanged
from crm.workflows.forms import blank, one_more, said_of, stored, understood
from crm.workflows.models import Audience, Workflow
from crm.workflows.queries import ORDER, SHOWS, TRASH, Filters
from crm.workflows.rules import WorkflowProblem, begun, warnings


@gate(SIGNED_IN)
@require_safe
def workflows(request: HttpRequest) -> HttpResponse:
    """Workflows by what the address asks for, those due first on top."""
    vault, filters, today = opened(request), Filters.of(request.GET), exchange_today()
    page = page_of(queries.rows(vault.who, filters), order=ORDER, query=request.GET, is_counted=False)
    counts = queries.counts(vault.who)
    context = {
        "page": page,
        "found": [queries.read(vault, one, today) for one in page.rows],
        "shows": [(show, words, counts[show]) for show, words in SHOWS.items() if show != TRASH],
        "filters": filters,
        "in_trash": filters.show == TRASH,
        "here": request.get_full_path(),
    }
    return render(request, "crm/workflows/workflows.html", context)


@gate(SIGNED_IN)
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """A new workflow; from the Agenda of a contact it is about that contact, from a template it has its stages."""
    vault = opened(request)
    if request.method != "POST":
        return _form(request, vault, _begun(request, vault))
    said = said_of(request.POST)
    if request.POST.get("more"):
        return _form(request, vault, _with_one_more(request, said))
    try:
        made = actions.write(vault=vault, at=timezone.now(), **understood(vault, said))
    except WorkflowProblem as problem:
        return _form(request, vault, said, problems=problem.problems)
    _say_kept(request, said)
    return redirect(onward(request) or reverse("workflows:workflow", args=[made.pk]))


@gate(SIGNED_IN)
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def workflow(request: HttpRequest, workflow: UUID) -> HttpResponse:
    """One workflow, open at its active stage, to be looked at and changed."""
    vault = opened(request)
    found = one(vault, workflow)
    if request.method != "POST":
        return _form(request, vault, stored(queries.read(vault, found, exchange_today())), workflow=found)
    said, version = said_of(request.POST), request.POST.get("version", "")
    known = int(version) if version.isascii() and version.isdigit() and len(version) < 9 else 0
    actions.check_may_edit(vault, found)
    if request.POST.get("more"):
        return _form(request, vault, _with_one_more(request, said), workflow=found)
    try:
        parts = understood(vault, said)
        actions.change(vault=vault, workflow=found, version=known, at=timezone.now(), **parts)
    except WorkflowProblem as problem:
        return _form(request, vault, said, workflow=found, problems=problem.problems)
    except WorkflowChanged:
        return _form(request, vault, said, workflow=one(vault, workflow), is_stale=True)
    _say_kept(request, said)
    return redirect(onward(request) or reverse("workflows:workflow", args=[found.pk]))


@gate(SIGNED_IN)
@require_POST
def end_stage(request: HttpRequest, workflow: UUID, stage: UUID) -> HttpResponse:
    """The tick: the stage is done or skipped, and the next one is active."""
    vault = opened(request)
    found = one(vault, workflow)
    row = queries.stage(vault.who, found, stage)
    if row is None:
        raise Http404
    try:
        after = actions.end_stage(
            vault=vault, stage=row, at=timezone.now(), is_skipped=request.POST.get("state") == "skipped"
        )
    except WorkflowProblem as problem:
        messages.error(request, str(problem))
    else:
        words = _("The workflow is closed.") if after.closed_at else _("The next stage is active.")
        undo = format_html('<a href="{}">{}</a>', reverse("workflows:workflow", args=[found.pk]), _("Open it again"))
        messages.success(request, format_html("{} {}", words, undo))
    return redirect(onward(request) or "workflows:list")


@gate(SIGNED_IN)
@require_POST
def open_again(request: HttpRequest, workflow: UUID) -> HttpResponse:
    """The stage that was ended last is active again."""
    vault = opened(request)
    try:
        actions.open_again(vault=vault, workflow=one(vault, workflow), at=timezone.now())
    except WorkflowProblem as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, _("The last stage is open again."))
    return redirect("workflows:workflow", workflow)


@gate(SIGNED_IN)
@require_http_methods(["GET", "HEAD", "POST"])
def throw_away(request: HttpRequest, workflow: UUID) -> HttpResponse:
    """Into the trash, after a question."""
    vault = opened(request)
    found, problem = one(vault, workflow), ""
    if request.method == "POST":
        is_confirmed = request.POST.get("confirm") == "yes"
        try:
            actions.throw_away(vault=vault, workflow=found, is_confirmed=is_confirmed, at=timezone.now())
        except WorkflowProblem as refused:
            problem = str(refused)
        else:
            trash = format_html('<a href="{}?show=trash">{}</a>', reverse("workflows:list"), _("Open the trash"))
            messages.success(request, format_html("{} {}", _("The workflow is in the trash for 30 days."), trash))
            return redirect("workflows:list")
    context = {"read": queries.read(vault, found, exchange_today()), "problem": problem}
    return render(request, "crm/workflows/throw_away.html", context, status=422 if problem else 200)


@gate(SIGNED_IN)
@require_POST
def take_back(request: HttpRequest, workflow: UUID) -> HttpResponse:
    """Out of the trash."""
    vault = opened(request)
    found = queries.one(vault.who, workflow, in_trash=True)
    if found is None:
        raise Http404
    actions.take_back(vault=vault, workflow=found)
    messages.success(request, _("The workflow is back."))
    return redirect("workflows:list")


@gate(SIGNED_IN)
@sensitive_post_parameters("name")
@require_http_methods(["GET", "HEAD", "POST"])
def patterns(request: HttpRequest) -> HttpResponse:
    """The templates of the practice; the stages of a workflow become one."""
    vault, problem = opened(request), ""
    if request.method == "POST":
        try:
            found = one(vault, UUID(request.POST.get("workflow", "")))
            start = timezone.localtime(found.created_at).date()
            name = request.POST.get("name", "")
            actions.keep_pattern(vault=vault, workflow=found, name=name, start=start, at=timezone.now())
        except WorkflowProblem as refused:
            problem = str(refused)
        except (ValueError, Unopened):
            problem = _("There is no such workflow.")
        else:
            messages.success(request, _("The template is kept."))
            return redirect("workflows:patterns")
    in_trash = request.GET.get("trash") == "1"
    context = {"patterns": _patterns(vault, in_trash=in_trash), "in_trash": in_trash, "problem": problem}
    return render(request, "crm/workflows/patterns.html", context, status=422 if problem else 200)


@gate(SIGNED_IN)
@require_POST
def forget_pattern(request: HttpRequest, pattern: UUID) -> HttpResponse:
    """No more workflows from a template."""
    found = queries.pattern(opened(request).who, pattern)
    if found is None:
        raise Http404
    actions.forget_pattern(pattern=found, at=timezone.now())
    trash = format_html('<a href="{}?trash=1">{}</a>', reverse("workflows:patterns"), _("Open the trash"))
    words = _("The template is in the trash for 30 days; workflows that began with it stay.")
    messages.success(request, format_html("{} {}", words, trash))
    return redirect("workflows:patterns")


@gate(SIGNED_IN)
@require_POST
def take_pattern_back(request: HttpRequest, pattern: UUID) -> HttpResponse:
    """A template out of the trash."""
    found = queries.pattern(opened(request).who, pattern, in_trash=True)
    if found is None:
        raise Http404
    actions.take_pattern_back(pattern=found)
    messages.success(request, _("The template is back."))
    return redirect("workflows:patterns")


def one(vault: Opened, pk: UUID) -> Workflow:
    """A workflow that somebody may see and that is not in the trash; any other is missing."""
    found = queries.one(vault.who, pk)
    if found is None:
        raise Http404
    return found


def _patterns(vault: Opened, *, in_trash: bool = False) -> list[tuple[Any, str, int]]:
    """Each template with its name and how many stages it has."""
    found = []
    for pattern in queries.patterns(vault.who, in_trash=in_trash)[: queries.MOST_PATTERNS]:
        content = queries.content_of(vault, pattern)
        name, stages = begun(content, exchange_today()) if content else ("", [])
        found.append((pattern, name, len(stages)))
    return found


def _begun(request: HttpRequest, vault: Opened) -> dict[str, Any]:
    """An empty form, or that of a template, about the contact of the address."""
    today, me = exchange_today(), request.user.get_username()
    values = blank(_named(vault, request), today, me)
    try:
        pattern = queries.pattern(vault.who, UUID(request.GET.get("pattern", "")))
    except ValueError:
        return values
    content = queries.content_of(vault, pattern) if pattern else ""
    if content:
        try:
            goal = day_of(request.GET.get("goal"))
        except ValueError:
            goal = None
        values["title"], stages = begun(content, today, calendar(), goal=goal)
        values["stages"] = [{**one, "key": "", "assignee": me} for one in stages]
    return values


def _named(vault: Opened, request: HttpRequest) -> str:
    """The contact of the address, by name."""
    try:
        found = contacts.one(vault, UUID(request.GET.get("contact", "")))
    except ValueError:
        return ""
    return found.title if found else ""


def _with_one_more(request: HttpRequest, said: dict[str, Any]) -> dict[str, Any]:
    return {**said, "stages": [*said["stages"], one_more(exchange_today(), request.user.get_username())]}


def _say_kept(request: HttpRequest, said: Mapping[str, Any]) -> None:
    """It is kept; days out of order are worth a word and no error."""
    messages.success(request, _("The workflow is kept."))
    for words in warnings(date.fromisoformat(one["due_on"]) for one in said["stages"]):
        messages.warning(request, words)


def _form(
    request: HttpRequest,
    vault: Opened,
    values: Mapping[str, Any],
    *,
    workflow: Workflow | None = None,
    problems: Mapping[str, str] | None = None,
    is_stale: bool = False,
) -> HttpResponse:
    """The form with what was typed; 422 where something is wrong, 409 where somebody else was quicker."""
    found = problems or {}
    stages = []
    for number, said in enumerate(values["stages"], start=1):
        prefix = f"stage-{number}-"
        wrong = {key.removeprefix(prefix): words for key, words in found.items() if key.startswith(prefix)}
        stages.append(
            {
                "number": number,
                "label": str(number),
                "said": said,
                "problems": wrong,
                "is_new": not said.get("key"),
                "before": number - 1,
                "after": number + 1 if number < len(values["stages"]) else 0,
            }
        )
    context = {
        "workflow": workflow,
        "read": queries.read(vault, workflow, exchange_today()) if workflow else None,
        "may_edit": workflow is None or actions.may_edit(vault, workflow),
        "values": values,
        "stages": stages,
        "problems": found,
        "is_stale": is_stale,
        "people": [user.username for user in chosen.colleagues(vault)],
        "priorities": [(str(value), word) for value, word in Priority.choices],
        "visibilities": Audience.choices,
        "patterns": _patterns(vault) if workflow is None else [],
        "next": onward(request),
        "me": request.user.get_username(),
        "contact": request.GET.get("contact", ""),
    }
    return render(request, "crm/workflows/form.html", context, status=409 if is_stale else 422 if found else 200)
