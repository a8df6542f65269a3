"""The groups of the client book: the list, one with its members, and putting contacts in and out."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts.ground.access.gates import SIGNED_IN, gate
from accounts.ground.paging import page_of
from crm.contacts import filters
from crm.contacts.queries import SUGGESTED, order
from crm.contacts.search import found_outside
from crm.groups import actions, queries
from crm.groups.actions import GroupProblem
from crm.groups.models import Group
from crm.vault.context import opened
from crm.vault.sealed import Opened


@gate(SIGNED_IN)
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("name", "query")
def groups(request: HttpRequest) -> HttpResponse:
    """All groups that somebody sees; a new one is made here, also out of the list's search."""
    vault, problem = opened(request, in_part=request.method != "POST"), ""
    if request.method == "POST":
        try:
            made = actions.create(
                vault=vault,
                name=request.POST.get("name", ""),
                is_private=request.POST.get("private") == "1",
                query=request.POST.get("query", ""),
                at=timezone.now(),
            )
        except GroupProblem as refused:
            problem = str(refused)
        else:
            messages.success(request, _("The group is kept."))
            return redirect("groups:group", made.pk)
    in_trash = request.GET.get("trash") == "1"
    context = {
        "groups": queries.groups(vault, in_trash=in_trash),
        "in_trash": in_trash,
        "problem": problem,
        "typed": request.POST,
    }
    return render(request, "crm/groups/groups.html", context, status=422 if problem else 200)


@gate(SIGNED_IN)
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("name")
def group(request: HttpRequest, group: UUID) -> HttpResponse:
    """One group with its members; its name and who sees it are changed here."""
    vault, found = _enter(request, group, in_part=request.method != "POST")
    problem = ""
    if request.method == "POST":
        said: dict[str, Any] = {"name": request.POST.get("name", ""), "is_private": request.POST.get("private") == "1"}
        try:
            actions.change(vault=vault, group=found, at=timezone.now(), **said)
        except GroupProblem as refused:
            problem = str(refused)
        else:
            messages.success(request, _("The group is kept."))
            return redirect("groups:group", found.pk)
    page = page_of(queries.members(vault, found), order=order("name"), query=request.GET)
    context: dict[str, Any] = {
        "one": queries.named(vault, found),
        "page": page,
        "query": queries.query_of(vault, found),
        "billed": queries.billed(vault, found),
        "problem": problem,
        "is_own": found.owner_id == vault.who.user_id,
    }
    words = request.GET.get("with", "").strip()[:100]
    if words and not vault.who.is_narrowed:
        others = filters.book(vault).filter(pk__in=found_outside(words))
        context |= {"asked": words, "others": others.order_by("sort_key", "pk")[:SUGGESTED]}
    return render(request, "crm/groups/group.html", context, status=422 if problem else 200)


@gate(SIGNED_IN)
@require_POST
def members(request: HttpRequest, group: UUID) -> HttpResponse:
    """Put contacts in, or take them out; each way takes the other back."""
    vault, found = _enter(request, group)
    chosen = keys(request.POST.getlist("chosen"))
    try:
        if request.POST.get("do") == "remove":
            count = len(actions.remove(vault=vault, group=found, contacts=chosen))
            words = ngettext("%(count)d contact was taken out.", "%(count)d contacts were taken out.", count)
        else:
            count = len(actions.add(vault=vault, group=found, contacts=chosen, at=timezone.now()))
            words = ngettext("%(count)d contact was put in.", "%(count)d contacts were put in.", count)
        messages.success(request, words % {"count": count})
    except GroupProblem as refused:
        messages.error(request, str(refused))
    if request.POST.get("to") == "record" and len(chosen) == 1:
        return redirect("contacts:configuration", chosen[0])
    return redirect("groups:group", found.pk)


@gate(SIGNED_IN)
@require_POST
def throw_away(request: HttpRequest, group: UUID) -> HttpResponse:
    """Into the trash; its contacts stay where they are."""
    vault, found = _enter(request, group)
    actions.throw_away(vault=vault, group=found, at=timezone.now())
    messages.success(request, _("The group is in the trash; it can be taken back there."))
    return redirect("groups:list")


@gate(SIGNED_IN)
@require_POST
def take_back(request: HttpRequest, group: UUID) -> HttpResponse:
    """Out of the trash."""
    vault, found = _enter(request, group, in_trash=True)
    actions.take_back(vault=vault, group=found)
    messages.success(request, _("The group is back."))
    return redirect("groups:group", found.pk)


def keys(texts: list[str]) -> list[UUID]:
    """The keys among what a form says; what is none is left out."""
    found = []
    for text in texts:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found


def _enter(request: HttpRequest, pk: UUID, *, in_trash: bool = False, in_part: bool = False) -> tuple[Opened, Group]:
    vault = opened(request, in_part=in_part)
    found = queries.one(vault, pk, in_trash=in_trash)
    if found is None:
        raise Http404
    return vault, found
