"""The tasks of a practice: list, search, writing, changing, doing and undoing, trash."""

from collections.abc import Mapping
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
from accounts.ground.paging import Page, page_of
from crm.contacts import chosen
from crm.contacts import queries as contacts
from crm.contacts.rules import ContactProblem
from crm.tasks import actions, queries
from crm.tasks.actions import TaskChanged
from crm.tasks.models import Priority, Task, TaskState
from crm.tasks.queries import DONE, SHOWS, TRASH, Filters
from crm.tasks.rules import TaskProblem, read
from crm.vault.context import opened
from crm.vault.sealed import Opened

FIELDS = ("title", "notes", "due_on", "priority", "state", "assignee", "contact", "account")


@gate(SIGNED_IN)
@require_safe
def tasks(request: HttpRequest) -> HttpResponse:
    """Tasks by what the address asks for, those due first on top."""
    vault, filters, today = opened(request), Filters.of(request.GET), exchange_today()
    rows = queries.rows(vault.who, filters, today)
    order = ("-done_at", "-pk") if filters.show == DONE else queries.ORDER
    if filters.text:
        found = queries.search(vault, rows.order_by(*order).iterator(), filters.text, today)
        page = Page(found[: queries.FOUND], 0, is_capped=len(found) > queries.FOUND)
    else:
        page = page_of(rows, order=order, query=request.GET, is_counted=False)
        page = Page([queries.read(vault, one, today) for one in page.rows], 0, False, page.previous, page.next)
    counts = queries.counts(vault.who, filters.contact, today)
    context = {
        "page": page,
        "filters": filters,
        "shows": [(show, words, counts[show]) for show, words in SHOWS.items() if show != TRASH],
        "in_trash": filters.show == TRASH,
        "cut": queries.FOUND if page.is_capped and filters.text else 0,
        "about": contacts.one(vault, filters.contact) if filters.contact else None,
        "just": _just(request, vault),
        "was": request.GET.get("was") if request.GET.get("was") in TaskState.values else TaskState.TODO,
        "here": request.get_full_path(),
    }
    return render(request, "crm/tasks/tasks.html", context)


@gate(SIGNED_IN)
@sensitive_post_parameters("title", "notes")
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """A new task; on its way from a record, the contact stands in it already."""
    vault = opened(request)
    if request.method != "POST":
        return _form(request, vault, {"contact": _named(vault, request), "account": request.GET.get("account", "")})
    said = {name: request.POST.get(name, "") for name in FIELDS}
    try:
        parts = understood(vault, said)
        actions.write(vault=vault, at=timezone.now(), **parts)
    except TaskProblem as problem:
        return _form(request, vault, said, problems=problem.problems)
    messages.success(request, _("The task is kept."))
    return redirect(onward(request) or reverse("tasks:list"))


@gate(SIGNED_IN)
@sensitive_post_parameters("title", "notes")
@require_http_methods(["GET", "HEAD", "POST"])
def task(request: HttpRequest, task: UUID) -> HttpResponse:
    """One task, to be changed."""
    vault = opened(request)
    found = one(vault, task)
    if request.method != "POST":
        return _form(request, vault, stored(vault, found), task=found)
    said = {name: request.POST.get(name, "") for name in FIELDS}
    version = request.POST.get("version", "")
    known = int(version) if version.isascii() and version.isdigit() and len(version) < 9 else 0
    try:
        actions.change(vault=vault, task=found, version=known, at=timezone.now(), **understood(vault, said))
    except TaskProblem as problem:
        return _form(request, vault, said, task=found, problems=problem.problems)
    except TaskChanged:
        return _form(request, vault, said, task=one(vault, task), is_stale=True)
    messages.success(request, _("The task is kept."))
    return redirect(onward(request) or reverse("tasks:list"))


@gate(SIGNED_IN)
@require_POST
def move(request: HttpRequest, task: UUID) -> HttpResponse:
    """Done, under way, or open again."""
    vault, state = opened(request), request.POST.get("state", "")
    found = one(vault, task)
    if state in TaskState.values:
        before = found.state
        actions.move(vault=vault, task=found, state=state, at=timezone.now())
        _say(request, found, _("The task is done.") if found.is_done else _("The task is open again."), before)
    return redirect(onward(request) or reverse("tasks:list"))


@gate(SIGNED_IN)
@require_POST
def throw_away(request: HttpRequest, task: UUID) -> HttpResponse:
    """Into the trash."""
    found = one(opened(request), task)
    actions.throw_away(task=found, at=timezone.now())
    _say(request, found, _("The task is in the trash."))
    return redirect("tasks:list")


@gate(SIGNED_IN)
@require_POST
def take_back(request: HttpRequest, task: UUID) -> HttpResponse:
    """Out of the trash."""
    found = queries.one(opened(request).who, task)
    if found is None:
        raise Http404
    actions.take_back(task=found)
    messages.success(request, _("The task is back."))
    return redirect("tasks:list")


def one(vault: Opened, pk: UUID) -> Task:
    """A task of the practice that is not in the trash; any other is missing."""
    found = queries.one(vault.who, pk, in_trash=False)
    if found is None:
        raise Http404
    return found


def understood(vault: Opened, said: Mapping[str, object]) -> dict[str, Any]:
    """What a form or a program says, as an action takes it. Raises TaskProblem."""
    problems: dict[str, str] = {}
    parts: dict[str, Any] = {}
    try:
        parts["said"] = read(said)
    except TaskProblem as problem:
        problems |= problem.problems
    for name, find, part in (
        ("contact", chosen.contact_of, "contact"),
        ("account", chosen.account_of, "account"),
        ("assignee", chosen.colleague_of, "assignee_id"),
    ):
        try:
            parts[part] = find(vault, str(said.get(name) or ""))
        except ContactProblem as problem:
            problems |= problem.problems
    if problems:
        raise TaskProblem(problems)
    return parts


def stored(vault: Opened, task: Task) -> dict[str, str]:
    """A task as its form shows it."""
    read = queries.read(vault, task, exchange_today())
    return {
        "title": read.title,
        "notes": read.notes,
        "due_on": task.due_on.isoformat() if task.due_on else "",
        "priority": str(task.priority),
        "state": task.state,
        "assignee": task.assignee.username,
        "contact": task.contact.title if task.contact else "",
        "account": task.account.number if task.account else "",
    }


def _named(vault: Opened, request: HttpRequest) -> str:
    """The contact of the address, by name."""
    try:
        found = contacts.one(vault, UUID(request.GET.get("contact", "")))
    except ValueError:
        return ""
    return found.title if found else ""


def _say(request: HttpRequest, task: Task, words: str, before: str = "") -> None:
    """What was done, and the way to where it is undone; `before` is the state that it goes back to."""
    undo = format_html('<a href="{}?just={}&amp;was={}">{}</a>', reverse("tasks:list"), task.pk, before, _("Undo"))
    messages.success(request, format_html("{} {}", words, undo))


def _just(request: HttpRequest, vault: Opened) -> Task | None:
    """The task whose last move may be undone here."""
    try:
        return queries.one(vault.who, UUID(request.GET.get("just", "")))
    except ValueError:
        return None


def _form(
    request: HttpRequest,
    vault: Opened,
    values: Mapping[str, str],
    *,
    task: Task | None = None,
    problems: Mapping[str, str] | None = None,
    is_stale: bool = False,
) -> HttpResponse:
    """The form with what was typed; 422 where something is wrong, 409 where somebody else was quicker."""
    context = {
        "task": task,
        "values": values,
        "problems": problems or {},
        "is_stale": is_stale,
        "saved": stored(vault, task) if is_stale and task else {},
        "priorities": [(str(value), word) for value, word in Priority.choices],
        "states": TaskState.choices,
        "people": [user.username for user in chosen.colleagues(vault)],
        "next": onward(request) or reverse("tasks:list"),
        "me": request.user.get_username(),
    }
    return render(request, "crm/tasks/form.html", context, status=409 if is_stale else 422 if problems else 200)
