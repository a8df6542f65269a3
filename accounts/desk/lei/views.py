"""The page of an LEI election."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.desk.lei import actions, queries
from accounts.desk.lei.forms import ElectionForm
from accounts.desk.lei.rules import LeiProblem
from accounts.ground.access.authority import Function
from accounts.ground.access.gates import gate
from accounts.ground.access.scope import answer
from accounts.ground.tree.models import Account

SHOWN = 20


@gate("view")
@require_safe
def show(request: HttpRequest, number: str) -> HttpResponse:
    """What was elected, and the form for the owner while it is open."""
    account = queries.electing_account(request.seat, number)  # type: ignore[attr-defined]
    return _page(request, account, ElectionForm())


@gate("sign", step_up=True)
@require_POST
def elect(request: HttpRequest, number: str) -> HttpResponse:
    """The owner elects."""
    who = request.seat  # type: ignore[attr-defined]
    account = queries.electing_account(who, number, "sign")
    form = ElectionForm(request.POST)
    if not form.is_valid():
        return _page(request, account, form)
    try:
        actions.elect(who=who, account=account, at=timezone.now(), **form.cleaned_data)
    except LeiProblem as problem:
        form.add_error("lei", str(problem))
        return _page(request, account, form)
    messages.success(request, _("Your election is recorded."))
    return redirect("settings:lei", account.number)


def _page(request: HttpRequest, account: Account, form: ElectionForm) -> HttpResponse:
    who = request.seat  # type: ignore[attr-defined]
    rows = list(queries.elections(who, account)[:SHOWN])
    latest = rows[0] if rows else None
    elects = (latest is None or not latest.is_final) and answer(who, Function.SIGN, account).allowed
    context = {"account": account, "rows": rows, "latest": latest, "form": form if elects or form.errors else None}
    return render(request, "desk/topics/lei.html", context, status=422 if form.errors else 200)
