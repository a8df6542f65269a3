"""Pages of requests for trading permissions: what is wanted, what for, reading and signing, taking back, answering."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.broker.permissions import actions
from accounts.broker.permissions.forms import FactsForm
from accounts.broker.permissions.models import PermissionRequest, PermissionState
from accounts.broker.permissions.queries import may_ask, said_before, seen_request, to_go_on_with
from accounts.broker.permissions.rules import PermissionProblem, Said
from accounts.broker.products.rules import Permission, ProductRefused, permission_words
from accounts.broker.products.views import matrix
from accounts.ground.access.gates import gate
from accounts.ground.access.scope import account_for
from accounts.ground.signatures.reading import hand_of
from accounts.ground.signatures.rules import LONGEST_NAME
from accounts.ground.tree.models import Account


@gate("view", needs="trading_permissions")
@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest, number: str) -> HttpResponse:
    """Tick what is wanted; what follows has pages of its own."""
    who = request.seat  # type: ignore[attr-defined]
    account = account_for(who, number)
    if request.method != "POST":
        if not may_ask(who, account):
            return redirect("trading:account_products", account.number)
        return _ticking(request, account)
    wanted = [one for one in map(Permission.read, request.POST.getlist("permission")) if one]
    try:
        made = actions.ask(who=who, account=account, wanted=wanted, at=timezone.now())
    except PermissionProblem as problem:
        return _ticking(request, account, wanted, str(problem))
    return redirect("trading:permission", made.pk)


@gate("view", needs="trading_permissions")
@require_safe
def show(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Where a request stands: its facts to be stated, its agreement to be read, or what was signed."""
    who = request.seat  # type: ignore[attr-defined]
    return _page(request, *seen_request(who, pk))


@gate("view", needs="trading_permissions")
@require_POST
def facts(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Say what the account is for; the agreement is written from it."""
    who = request.seat  # type: ignore[attr-defined]
    found, account = to_go_on_with(who, pk)
    form = FactsForm(request.POST)
    if not form.is_valid():
        return _page(request, found, account, form=form)
    try:
        actions.state_facts(who=who, pk=pk, said=Said(**form.cleaned_data), at=timezone.now())
    except PermissionProblem as problem:
        form.add_error(None, str(problem))
        return _page(request, found, account, form=form)
    return redirect("trading:permission", pk)


@gate("view", step_up=True, needs="trading_permissions")
@require_POST
def sign(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Sign the agreement that was read."""
    who = request.seat  # type: ignore[attr-defined]
    found, account = to_go_on_with(who, pk)
    if request.POST.get("read") != "on":
        return _page(request, found, account, problem=_("Read the full text and tick that you have."))
    hand = hand_of(request, request.POST.get("name", ""))
    try:
        actions.sign(who=who, pk=pk, hand=hand, seen=request.POST.get("seen", ""), at=timezone.now())
    except PermissionProblem as problem:
        found, account = to_go_on_with(who, pk)
        return _page(request, found, account, problem=str(problem))
    messages.success(request, _("Your request is under review. A review normally takes up to 48 business hours."))
    return redirect("trading:account_products", account.number)


@gate("grant_products", step_up=True, proved=True)
@require_POST
def decide(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Approve or decline what the level below asks for."""
    who = request.seat  # type: ignore[attr-defined]
    answer, reason = request.POST.get("answer", ""), request.POST.get("reason", "").replace("\0", "")
    try:
        if answer not in ("approve", "decline"):
            raise PermissionProblem(_("Approve or decline."))
        actions.decide(who=who, pk=pk, approve=answer == "approve", reason=reason, at=timezone.now())
    except (PermissionProblem, ProductRefused) as problem:
        return render(request, "broker/permissions/refused.html", {"words": str(problem)}, status=409)
    messages.success(request, _("Your answer has been recorded."))
    return redirect("dashboard:pending")


@gate("view", needs="trading_permissions")
@require_POST
def cancel(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take one's own request back, or send away what one's advisor has asked for."""
    try:
        actions.cancel(who=request.seat, pk=pk, at=timezone.now())  # type: ignore[attr-defined]
    except PermissionProblem as problem:
        return render(request, "broker/permissions/refused.html", {"words": str(problem)}, status=409)
    messages.success(request, _("Your request has been cancelled."))
    return redirect("dashboard:pending")


def _ticking(request: HttpRequest, account: Account, wanted: Any = (), problem: str = "") -> HttpResponse:
    shown = matrix(request.seat, account)  # type: ignore[attr-defined]
    ticked = {f"{one.product}:{one.country}" for one in wanted}
    every = [*(cell for _label, cells in shown["rows"] for cell in cells), *(one[2] for one in shown["programs"])]
    for cell in every:
        cell["is_open"] = cell["is_open"] and not cell["is_held"]
        cell["is_held"] = cell["is_held"] or cell["value"] in ticked
    context = {"account": account, "matrix": shown, "problem": problem, "may_change": True}
    return render(request, "broker/permissions/ask.html", context, status=422 if problem else 200)


def _page(
    request: HttpRequest,
    found: PermissionRequest,
    account: Account,
    *,
    form: FactsForm | None = None,
    problem: str = "",
) -> HttpResponse:
    who = request.seat  # type: ignore[attr-defined]
    goes_on = may_ask(who, account)
    wants_facts = goes_on and (found.state == PermissionState.REQUESTED or form is not None or "facts" in request.GET)
    if wants_facts and form is None:
        form = FactsForm(initial=said_before(who, found))
    context = {
        "account": account,
        "found": found,
        "wanted": [permission_words(one) for one in map(Permission.read, found.wanted) if one],
        "form": form if wants_facts and found.is_unsigned else None,
        "signs": goes_on and found.state == PermissionState.AGREEMENT,
        "takes_back": found.decided_at is None and (goes_on or found.asked_by == who.user_id),
        "problem": problem,
        "longest_name": LONGEST_NAME,
    }
    bad = bool(problem or (form is not None and form.errors))
    return render(request, "broker/permissions/request.html", context, status=422 if bad else 200)
