"""Contacts that are probably one: found, laid side by side, made one or called two."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.ground.access.gates import SIGNED_IN, gate
from crm.contacts.record_views import in_words
from crm.contacts.rules import ContactProblem
from crm.duplicates import actions, queries
from crm.locks.actions import LockedBy
from crm.locks.views import told
from crm.vault.context import opened


@gate(SIGNED_IN)
@require_safe
def duplicates(request: HttpRequest) -> HttpResponse:
    """Pairs that look alike."""
    return render(request, "crm/duplicates/duplicates.html", {"pairs": queries.found(opened(request))})


@gate(SIGNED_IN)
@require_http_methods(["GET", "HEAD", "POST"])
def compare(request: HttpRequest, contact: UUID, other: UUID) -> HttpResponse:
    """Two records side by side; made one of, with what somebody has chosen."""
    vault = opened(request)
    both = queries.two(vault, contact, other)
    if both is None:
        raise Http404
    kept, gone = both
    problem = ""
    if request.method == "POST":
        try:
            taken = request.POST.getlist("taken")
            actions.merge(vault=vault, kept=contact, gone=other, taken=taken, at=timezone.now())
        except ContactProblem as refused:
            problem = str(refused)
        except LockedBy as locked:
            return told(request, locked)
        else:
            link = format_html('<a href="{}">{}</a>', reverse("changes:list"), _("Undo"))
            messages.success(request, format_html("{} {}", _("The two are one contact now."), link))
            return redirect("contacts:profile", contact)
    fields = queries.fields_of(vault)
    lines = [
        (line, in_words(fields[line.key], line.kept), in_words(fields[line.key], line.gone))
        if line.key in fields
        else (line, line.kept, line.gone)
        for line in queries.lines(vault, kept, gone)
    ]
    context = {"kept": kept.contact, "gone": gone.contact, "lines": lines, "problem": problem}
    return render(request, "crm/duplicates/compare.html", context, status=422 if problem else 200)


@gate(SIGNED_IN)
@require_POST
def apart(request: HttpRequest, contact: UUID, other: UUID) -> HttpResponse:
    """The two are two."""
    vault = opened(request)
    if queries.two(vault, contact, other) is None:
        raise Http404
    try:
        actions.keep_apart(vault=vault, one=contact, other=other, at=timezone.now())
        messages.success(request, _("They stay two; you are not asked again."))
    except LockedBy as locked:
        return told(request, locked)
    except ContactProblem as refused:
        messages.error(request, str(refused))
    return redirect("duplicates:list")
