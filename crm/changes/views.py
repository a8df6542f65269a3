"""Several contacts at once: how many, what, are you sure; and taking it back."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.ground.access.gates import SIGNED_IN, gate
from crm.changes import actions, queries, undoing
from crm.changes.models import Change, Deed
from crm.contacts.export_views import exported
from crm.contacts.filters import all_meant, book
from crm.contacts.models import Contact, State
from crm.contacts.rules import MOVES, ContactProblem
from crm.groups import queries as groups
from crm.groups.actions import GroupProblem
from crm.locks.actions import LockedBy
from crm.vault.context import opened
from crm.vault.sealed import Opened

# What can be done to several, as the page and its button say it.
DEEDS = {
    Deed.ADD: gettext_lazy("Put them into a group"),
    Deed.REMOVE: gettext_lazy("Take them out of a group"),
    Deed.OWNER: gettext_lazy("Give them to somebody to keep"),
    Deed.STATE: gettext_lazy("Say what they are"),
    Deed.TRASH: gettext_lazy("Throw them away"),
}
SHOWN = 8


@gate(SIGNED_IN)
@require_POST
def several(request: HttpRequest) -> HttpResponse:
    """What is to be done to the chosen ones, or to all that match; done once somebody is sure."""
    vault = opened(request)
    rows, do = _chosen(request, vault), request.POST.get("do", "")
    count = rows.count()
    if do == Deed.MERGE:
        return _two(request, rows)
    if do not in DEEDS:
        raise Http404
    if not count:
        messages.error(request, _("Nobody is chosen."))
        return redirect(f"{reverse('contacts:list')}?{request.GET.urlencode()}")
    problem = ""
    if request.POST.get("sure") == "1" and request.POST.get("count", str(count)) != str(count):
        problem = _("Others match now than when you were asked. Look once more, then say yes again.")
    elif request.POST.get("sure") == "1":
        try:
            change = _done(request, vault, do, rows)
        except (ContactProblem, GroupProblem) as refused:
            problem = str(refused)
        else:
            return _told(request, change)
    context: dict[str, Any] = {
        "do": do,
        "deed": DEEDS[Deed(do)],
        "count": count,
        "some": rows.order_by("sort_key", "pk")[:SHOWN],
        "more": max(0, count - SHOWN),
        "is_all": request.POST.get("all") == "1",
        "chosen": request.POST.getlist("chosen") if request.POST.get("all") != "1" else [],
        "problem": problem,
    }
    if do in (Deed.ADD, Deed.REMOVE):
        context["groups"] = [one for one in groups.groups(vault) if one.may_change and not one.group.is_search]
    elif do == Deed.OWNER:
        context["keepers"] = actions.keepers(vault)
    elif do == Deed.STATE:
        context["states"] = [(state, State(state).label) for state in MOVES]
    return render(request, "crm/changes/several.html", context, status=422 if problem else 200)


@gate(SIGNED_IN, proved=True)
@require_POST
def export(request: HttpRequest) -> HttpResponse:
    """The chosen ones as a table."""
    vault = opened(request)
    return exported(request, vault, _chosen(request, vault), is_workbook=request.POST.get("format") == "xlsx")


@gate(SIGNED_IN)
@require_safe
def changes(request: HttpRequest) -> HttpResponse:
    """What was done to several at once in the last thirty days."""
    vault = opened(request)
    rows = queries.changes(vault, timezone.now())[:50]
    found = [queries.Shown(one, queries.may_undo(vault, one)) for one in rows]
    return render(request, "crm/changes/changes.html", {"changes": found})


@gate(SIGNED_IN)
@require_POST
def undo(request: HttpRequest, change: UUID) -> HttpResponse:
    """As it was before, where nobody has changed it since."""
    vault, at = opened(request), timezone.now()
    found = queries.one(vault, change, at)
    if found is None:
        raise Http404
    try:
        count = undoing.undo(vault=vault, change=found, at=at)
    except (ContactProblem, GroupProblem, LockedBy) as refused:
        messages.error(request, str(refused))
    else:
        said = ngettext("%(count)d contact is as it was.", "%(count)d contacts are as they were.", count)
        messages.success(request, said % {"count": count})
    return redirect("changes:list")


def _chosen(request: HttpRequest, vault: Opened) -> "QuerySet[Contact]":
    """All that the address lets through, or the marked ones."""
    if request.POST.get("all") == "1":
        return all_meant(vault, request.GET)
    keys = []
    for text in request.POST.getlist("chosen"):
        try:
            keys.append(UUID(text))
        except ValueError:
            continue
    return book(vault).filter(pk__in=keys)


def _two(request: HttpRequest, rows: "QuerySet[Contact]") -> HttpResponse:
    """Exactly two contacts are laid side by side."""
    keys = list(rows.order_by("created_at", "pk").values_list("pk", flat=True)[:3])
    if len(keys) != 2:
        messages.error(request, _("Choose two contacts."))
        return redirect(f"{reverse('contacts:list')}?{request.GET.urlencode()}")
    return redirect("duplicates:compare", *keys)


def _done(request: HttpRequest, vault: Opened, do: str, rows: "QuerySet[Contact]") -> Change:
    said, at = request.POST, timezone.now()
    if do in (Deed.ADD, Deed.REMOVE):
        wanted = said.get("group", "")
        one = next((one for one in groups.groups(vault) if str(one.pk) == wanted), None)
        if one is None:
            raise ContactProblem(_("Choose one of the list."))
        act = actions.put_in if do == Deed.ADD else actions.take_out
        return act(vault=vault, contacts=rows, group=one.group, at=at)
    if do == Deed.OWNER:
        owner = said.get("owner", "")
        if owner and not (owner.isascii() and owner.isdigit() and len(owner) < 16):
            raise ContactProblem(_("Choose one of the list."))
        return actions.give(vault=vault, contacts=rows, owner=int(owner) if owner else None, at=at)
    if do == Deed.STATE:
        return actions.move(vault=vault, contacts=rows, state=said.get("state", ""), at=at)
    return actions.throw_away(vault=vault, contacts=rows, at=at)


def _told(request: HttpRequest, change: Change) -> HttpResponse:
    said = ngettext("%(count)d contact was changed.", "%(count)d contacts were changed.", change.count)
    link = format_html('<a href="{}">{}</a>', reverse("changes:list"), _("Undo"))
    messages.success(request, format_html("{} {}", said % {"count": change.count}, link))
    return redirect(f"{reverse('contacts:list')}?{request.GET.urlencode()}")
