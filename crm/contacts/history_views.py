"""What a contact said before: its changes field by field, each of which can be undone; and its place in a list."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.ground.access.gates import SIGNED_IN, gate
from accounts.ground.paging import place_of
from crm.contacts import earlier, queries
from crm.contacts.filters import Filters, shown
from crm.contacts.record_views import enter
from crm.contacts.rules import ContactProblem
from crm.locks.actions import LockedBy
from crm.locks.views import told


@gate(SIGNED_IN)
@require_safe
def history(request: HttpRequest, contact: UUID) -> HttpResponse:
    """The changes of a contact, the newest first; of one field where the address names one."""
    vault, read = enter(request, contact)
    field = request.GET.get("field", "")[:60]
    context = {"read": read, "contact": read.contact, "tab": "history", "field": field}
    context["changes"] = earlier.of(vault, read.contact, field)
    return render(request, "crm/contacts/history.html", context)


@gate(SIGNED_IN)
@require_POST
def undo(request: HttpRequest, contact: UUID, past: UUID) -> HttpResponse:
    """Put back what a change wrote over, where what it wrote stands still."""
    vault, read = enter(request, contact)
    try:
        back, stays = earlier.undo(vault=vault, contact=read.contact.pk, past=past, at=timezone.now())
    except LockedBy as locked:
        return told(request, locked)
    except ContactProblem as problem:
        messages.error(request, str(problem))
        return redirect("contacts:history", contact)
    words = ngettext("%(count)d field is as it was.", "%(count)d fields are as they were.", back) % {"count": back}
    if stays:
        said = ngettext("%(count)d that was written since stays.", "%(count)d that were written since stay.", stays)
        words += " " + said % {"count": stays}
    messages.success(request, words)
    return redirect("contacts:profile", contact)


@gate(SIGNED_IN)
@require_safe
def place(request: HttpRequest, contact: UUID) -> HttpResponse:
    """Where a contact stands in the list that the address describes, and who stands before and after it."""
    vault, read = enter(request, contact, in_part=True)
    filters = Filters.of(request.GET)
    rows, order = shown(vault, filters), queries.order(request.GET.get("sort", queries.USUAL_ORDER))
    found = place_of(rows, order, read.contact) if rows.filter(pk=read.contact.pk).exists() else None
    tab = request.GET.get("tab", "")
    context = {"place": found, "there": f"contacts:{tab if tab in ('financial',) else 'profile'}"}
    return render(request, "crm/contacts/place.html", context)
