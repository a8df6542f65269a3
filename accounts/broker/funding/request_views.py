"""Pages of one request: how it stands, and the steps of whoever's turn it is."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.broker.funding import actions
from accounts.broker.funding.forms import AmountForm
from accounts.broker.funding.models import LONGEST_REASON, FundingRequest
from accounts.broker.funding.queries import Steps, request_for
from accounts.broker.funding.rules import FundingConflict, FundingProblem, WrongNumber
from accounts.broker.funding.views import refused, words
from accounts.broker.positions.queries import positions_of
from accounts.ground.access.gates import gate
from accounts.ground.access.scope import account_for
from portal.lib.words import gettext_noop


@gate("fund")
@require_safe
def show(request: HttpRequest, pk: UUID) -> HttpResponse:
    """How it stands, and what may be done now."""
    return _page(request, request_for(request.seat, pk))  # type: ignore[attr-defined]


@gate("fund")
@require_POST
def number(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take the mailed number."""
    who = request.seat  # type: ignore[attr-defined]
    found = request_for(who, pk)
    typed = request.POST.get("number", "").strip()[:20]
    try:
        actions.confirm(who=who, found=found, number=typed, at=timezone.now())
    except FundingProblem as problem:
        if typed and isinstance(problem, WrongNumber):
            request.after_rollback(lambda: actions.count_wrong(found))  # type: ignore[attr-defined]
        return _page(request, request_for(who, pk), problem)
    messages.success(request, _("Confirmed."))
    return redirect("transfer:funding_request", pk)


@gate("fund")
@require_POST
def resend(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Mail another number."""
    who = request.seat  # type: ignore[attr-defined]
    found = request_for(who, pk)
    try:
        actions.resend(who=who, found=found, at=timezone.now())
    except FundingProblem as problem:
        return _page(request, found, problem)
    messages.info(request, _("Another number was mailed to you; the earlier one no longer counts."))
    return redirect("transfer:funding_request", pk)


@gate("fund", proved=True)
@require_POST
def consent(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The advisor lets a client's withdrawal go at once."""
    who = request.seat  # type: ignore[attr-defined]
    found = request_for(who, pk)
    try:
        actions.consent(who=who, found=found, at=timezone.now())
    except FundingProblem as problem:
        return refused(request, problem)
    messages.success(request, _("You have consented; the withdrawal goes to the broker."))
    return redirect("transfer:funding_request", pk)


@gate("sign", step_up=True, proved=True)
@require_POST
def verify(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The owner approves or declines what the advisor asked for."""
    who = request.seat  # type: ignore[attr-defined]
    found = request_for(who, pk)
    account_for(who, found.account.number, "sign")
    answer = request.POST.get("answer", "")
    if answer not in ("approve", "decline"):
        return _page(request, found, FundingProblem(gettext_noop("Approve or decline.")))
    try:
        actions.verify(who=who, found=found, accepts=answer == "approve", at=timezone.now())
    except FundingProblem as problem:
        return refused(request, problem)
    messages.success(request, _("Your answer has been recorded."))
    return redirect("transfer:funding_request", pk)


@gate("fund")
@require_POST
def cancel(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take it back, with a reason."""
    who = request.seat  # type: ignore[attr-defined]
    found = request_for(who, pk)
    try:
        actions.cancel(who=who, found=found, reason=request.POST.get("reason", ""), at=timezone.now())
    except FundingConflict as problem:
        return refused(request, problem)
    except FundingProblem as problem:
        return _page(request, found, problem, status=400)
    messages.success(request, _("Cancelled; nothing moves."))
    return redirect("transfer:funding_request", pk)


@gate("fund")
@require_POST
def amount(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Another amount of an announced wire."""
    who = request.seat  # type: ignore[attr-defined]
    found = request_for(who, pk)
    form = AmountForm(request.POST)
    if not form.is_valid():
        return _page(request, found, form=form)
    try:
        actions.change_amount(who=who, found=found, amount=form.cleaned_data["amount"])
    except FundingConflict as problem:
        return refused(request, problem)
    except FundingProblem as problem:
        return _page(request, found, problem)
    messages.success(request, _("The amount was changed."))
    return redirect("transfer:funding_request", pk)


def _page(
    request: HttpRequest,
    found: FundingRequest,
    problem: FundingProblem | None = None,
    *,
    form: AmountForm | None = None,
    status: int = 0,
) -> HttpResponse:
    who: Any = request.seat  # type: ignore[attr-defined]
    steps = Steps.of(who, found, at=timezone.now())
    if steps.changes_amount and form is None:
        form = AmountForm(initial={"amount": found.amount})
    context = {
        "found": found,
        "account": found.account,
        "steps": steps,
        "positions": positions_of(who, found) if found.moves_positions else [],
        "form": form if steps.changes_amount else None,
        "problem": words(problem) if problem else "",
        "longest_reason": LONGEST_REASON,
    }
    bad = problem is not None or (form is not None and form.errors)
    return render(request, "broker/funding/request.html", context, status=status or (422 if bad else 200))
