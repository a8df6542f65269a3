"""Queries of client data: the form, what it finds, and the queries that are kept. Secure login is asked for."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.ground.access.context import Who
from accounts.ground.access.gates import gate
from accounts.ground.access.scope import NotAllowed
from accounts.ground.people.models import Role
from accounts.ground.runs.queries import sealed_day
from auth2fa.devices.queries import is_protected, usable
from portal.tools.inquiries import actions, queries, words
from portal.tools.inquiries.actions import QueryProblem
from portal.tools.inquiries.criteria import FIELDS, Criteria, Kind, read
from portal.tools.inquiries.models import KINDS, SavedQuery

ASKERS = (Role.TOP, Role.SECOND, Role.STL)


@gate("report", proved=True)
@require_safe
def inquiries(request: HttpRequest) -> HttpResponse:
    """A query as the address says it, and what it finds."""
    who, sealed = asker(request), sealed_day()
    asked = read(request.GET, sealed or timezone.now().date())
    is_run = request.GET.get("run") == "1"
    found = queries.page(who, asked, request.GET, sealed) if is_run and not asked.problems else None
    context = {
        "asked": asked,
        "found": found,
        "is_run": is_run,
        "sealed": sealed,
        "kinds": KINDS,
        "columns": words.COLUMNS[asked.kind],
        "kept": [(one, one.user_id == who.user_id and one.seat_id == who.seat_id) for one in queries.kept(who)],
        "may_share": who.is_advisor,
        **_fields(asked),
    }
    return render(request, "tools/inquiries/inquiries.html", context, status=422 if asked.problems and is_run else 200)


@gate("report", proved=True)
@require_POST
def keep(request: HttpRequest) -> HttpResponse:
    """Keep the query of the address under a name."""
    who, asked = asker(request), read(request.GET, sealed_day() or timezone.now().date())
    try:
        actions.keep(
            who=who,
            name=request.POST.get("name", ""),
            asked=asked,
            shared=request.POST.get("shared") == "on",
            at=timezone.now(),
        )
        messages.success(request, _("The query is kept."))
    except QueryProblem as problem:
        messages.error(request, _(problem.msgid))
    return redirect(f"{reverse('tools:queries')}?{asked.query}&run=1")


@gate("report", proved=True)
@require_POST
def rename(request: HttpRequest, query: UUID) -> HttpResponse:
    """Another name for one of one's own."""
    who = asker(request)
    try:
        actions.rename(who=who, query=_own(who, query), name=request.POST.get("name", ""), at=timezone.now())
        messages.success(request, _("Saved."))
    except QueryProblem as problem:
        messages.error(request, _(problem.msgid))
    return redirect("tools:queries")


@gate("report", proved=True)
@require_POST
def forget(request: HttpRequest, query: UUID) -> HttpResponse:
    """Remove one of one's own."""
    who = asker(request)
    actions.forget(who=who, query=_own(who, query))
    messages.success(request, _("The query is gone."))
    return redirect("tools:queries")


def asker(request: Any) -> Who:
    """Who asks, if an advisor or an STL master with an active device does."""
    who: Who = request.seat
    if who.role not in ASKERS:
        raise Http404
    if not is_protected(usable(request.user.pk)):
        raise NotAllowed("report", _("Queries need secure login: activate a device under Settings first."))
    return who


def _own(who: Who, pk: UUID) -> SavedQuery:
    found = queries.own(who, pk)
    if found is None:
        raise Http404
    return found


def _fields(asked: Criteria) -> dict[str, Any]:
    """The fields of the kind, as the form shows them."""
    names = FIELDS[asked.kind]
    return {
        "has_period": "period" in names,
        "period": asked.text("period") or "ytd",
        "periods": words.PERIODS.items(),
        "first_day": asked.text("from"),
        "last_day": asked.text("until"),
        "how": (asked.text("how") or "held") if asked.kind == Kind.SYMBOL else "",
        "hows": words.HOW.items(),
        "texts": [(name, word, asked.text(name)) for name, word in words.TEXTS.items() if name in names],
        "limits": [
            (name, word, asked.text(name), _(asked.problems[name]) if name in asked.problems else "")
            for name, word in words.LIMITS.items()
            if name in names
        ],
        "choices": [
            (name, word, [(key, text, key in asked.chosen(name)) for key, text in options])
            for name, (word, options) in words.CHOICES.items()
            if name in names
        ],
        "problem": _(asked.problems["period"]) if "period" in asked.problems else "",
    }
