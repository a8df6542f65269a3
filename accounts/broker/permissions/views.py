"""Pages of requests for trading permissions: asking, taking back, answering."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.broker.permissions import actions
from accounts.broker.permissions.forms import AskForm
from accounts.broker.permissions.queries import may_ask
from accounts.broker.permissions.rules import PermissionProblem
from accounts.broker.products.rules import Permission, ProductRefused
from accounts.broker.products.views import matrix
from accounts.ground.access.gates import gate
from accounts.ground.access.scope import account_for
from accounts.ground.tree.models import Account


@gate("view", step_up=True, needs="trading_permissions")
@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest, number: str) -> HttpResponse:
    """Tick, say what for, sign, submit."""
    who = request.seat  # type: ignore[attr-defined]
    account = account_for(who, number)
    if request.method != "POST":
        if not may_ask(who, account):
            return redirect("trading:account_products", account.number)
        return _form(request, account, AskForm())
    form = AskForm(request.POST)
    wanted = [Permission.read(text) for text in request.POST.getlist("permission")]
    if form.is_valid():
        try:
            chosen = [one for one in wanted if one]
            actions.ask(who=who, account=account, wanted=chosen, at=timezone.now(), **form.cleaned_data)
        except PermissionProblem as problem:
            form.add_error(None, str(problem))
        else:
            messages.success(
                request, _("Your request is under review. A review normally takes up to 48 business hours.")
            )
            return redirect("trading:account_products", account.number)
    return _form(request, account, form, [one for one in wanted if one])


@gate("grant_products", step_up=True)
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
    """Take one's own request back."""
    try:
        actions.cancel(who=request.seat, pk=pk, at=timezone.now())  # type: ignore[attr-defined]
    except PermissionProblem as problem:
        return render(request, "broker/permissions/refused.html", {"words": str(problem)}, status=409)
    messages.success(request, _("Your request has been cancelled."))
    return redirect("dashboard:pending")


def _form(request: HttpRequest, account: Account, form: AskForm, wanted: Any = ()) -> HttpResponse:
    shown = matrix(request.seat, account)  # type: ignore[attr-defined]
    ticked = {f"{one.product}:{one.country}" for one in wanted}
    for _label, cells in shown["rows"]:
        for cell in cells:
            cell["is_open"] = cell["is_open"] and not cell["is_held"]
            cell["is_held"] = cell["is_held"] or cell["value"] in ticked
    context = {"account": account, "matrix": shown, "form": form, "may_change": True}
    return render(request, "broker/permissions/ask.html", context, status=422 if form.errors else 200)
