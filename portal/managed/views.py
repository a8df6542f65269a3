"""Money managers: the advisor assigns accounts, the money manager answers, and reads what it trades."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.ground.access.context import Who
from accounts.ground.access.gates import gate
from accounts.ground.access.scope import account_for, scope
from accounts.ground.assignments import actions
from accounts.ground.assignments.queries import assignment_for, managers
from accounts.ground.assignments.rules import AssignmentProblem
from accounts.ground.paging import page_of
from accounts.ground.tree.models import Account
from portal.managed import queries
from portal.managed.actions import end as end_assignment


@gate("trade")
@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """An advisor's assignments with the form of a new one; a money manager's accounts and what waits for its answer."""
    return _page(request)


@gate("manage")
@require_POST
def assign(request: HttpRequest) -> HttpResponse:
    """Ask a money manager to take an account."""
    who = _who(request)
    number = request.POST.get("account", "").strip().upper()
    account = scope(who, Account, "manage").filter(number=number).first() if number.isalnum() else None
    if account is None:
        return _page(request, _("There is no client account of yours with this number"))
    try:
        actions.assign(who=who, account=account, number=request.POST.get("manager", ""), at=timezone.now())
    except AssignmentProblem as problem:
        return _page(request, str(problem))
    messages.success(request, _("Asked: it waits for the money manager."))
    return redirect("managed:list")


@gate("trade")
@require_POST
def answer(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The money manager accepts or declines."""
    who = _who(request)
    accept = request.POST.get("answer") == "accept"
    try:
        actions.decide(who=who, assignment=assignment_for(who, pk), accept=accept, at=timezone.now())
    except AssignmentProblem as problem:
        return _page(request, str(problem))
    messages.success(request, _("Accepted: the account is yours to trade.") if accept else _("Declined."))
    return redirect("managed:list")


@gate("trade")
@require_POST
def end(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Advisor or money manager end it, or the advisor takes back what was only asked."""
    who = _who(request)
    try:
        end_assignment(who=who, assignment=assignment_for(who, pk), at=timezone.now())
    except AssignmentProblem as problem:
        return _page(request, str(problem))
    messages.success(request, _("The assignment has ended, and with it the money manager's fees."))
    return redirect("managed:list")


@gate("trade")
@require_safe
def account(request: HttpRequest, number: str) -> HttpResponse:
    """Value, positions and the money manager's terms of one account."""
    who = _who(request)
    found = account_for(who, number, "trade")
    context = {"account": found, "managed": queries.managed(who, found), "is_manager": who.reach == "managed"}
    return render(request, "managed/account.html", context)


def _page(request: HttpRequest, problem: str = "") -> HttpResponse:
    who = _who(request)
    page = page_of(queries.latest_assignments(who), order=["-asked_at", "pk"], query=request.GET)
    context = {
        "page": page,
        "problem": problem,
        "is_manager": who.reach == "managed",
        "is_advisor": who.is_advisor,
        "managers": list(managers(who)) if who.is_advisor else [],
        "chosen": request.GET.get("manager", ""),
    }
    context["accounts"] = list(queries.to_assign(who)) if context["managers"] else []
    return render(request, "managed/list.html", context, status=409 if problem else 200)


def _who(request: HttpRequest) -> Who:
    return request.seat  # type: ignore[attr-defined]
