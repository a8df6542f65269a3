"""The lock of a contact over its page: taken over, kept by a sign of life, given free."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.html import format_html
from django.views.decorators.http import require_POST

from accounts.ground.access.gates import SIGNED_IN, gate
from crm.contacts.record_views import enter
from crm.locks import actions
from crm.locks.actions import LockedBy

LOCKED = 423


@gate(SIGNED_IN)
@require_POST
def lock(request: HttpRequest, contact: UUID) -> HttpResponse:
    """Keep it while one types, take it over from somebody, or give it free."""
    vault, read = enter(request, contact)
    do, found = request.POST.get("do", ""), read.contact
    if do == "release":
        actions.release(vault=vault, contact=found)
        return redirect("contacts:profile", found.pk)
    try:
        actions.take(vault=vault, contact=found, at=timezone.now(), is_over=do == "take_over")
    except LockedBy as locked:
        if do == "keep" and request.headers.get("HX-Request"):
            # The line under the heading says so; what stands in the form stays.
            words = format_html('<p class="error">{}</p>', str(locked))
            return HttpResponse(words, headers={"HX-Retarget": "#status", "HX-Reswap": "innerHTML"})
        return told(request, locked)
    return HttpResponse(status=204) if do == "keep" else redirect("contacts:edit", found.pk)


def told(request: HttpRequest, locked: LockedBy) -> HttpResponse:
    """Who is changing it, and since when."""
    context = {"contact": locked.contact, "locked": locked}
    return render(request, "crm/contacts/locked.html", context, status=LOCKED)
