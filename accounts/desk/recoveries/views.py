"""The page of class action recovery: terms, enrolling, leaving, and what was recovered with its arithmetic."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.desk.recoveries import actions, queries
from accounts.desk.recoveries.rules import RecoveryProblem, Split, derivation, hash_of, terms
from accounts.ground.access.authority import Function
from accounts.ground.access.gates import gate
from accounts.ground.access.scope import answer
from accounts.ground.paging import page_of
from accounts.ground.signatures.reading import hand_of
from accounts.ground.signatures.rules import LONGEST_NAME
from accounts.ground.tree.models import Account

STEPS_SHOWN = 20


@gate("view")
@require_safe
def show(request: HttpRequest, number: str) -> HttpResponse:
    """Where the account stands and what it got."""
    return _page(request, queries.holding_account(request.seat, number))  # type: ignore[attr-defined]


@gate("sign", step_up=True)
@require_POST
def enroll(request: HttpRequest, number: str) -> HttpResponse:
    """The owner signs the terms."""
    who = request.seat  # type: ignore[attr-defined]
    account = queries.holding_account(who, number, "sign")
    if request.POST.get("read") != "on":
        return _page(request, account, _("Read the full text and tick that you have."))
    hand, seen = hand_of(request, request.POST.get("name", "")), request.POST.get("seen", "")
    return _done(
        request,
        account,
        lambda: actions.enroll(who=who, account=account, hand=hand, seen=seen, at=timezone.now()),
        _("The account takes part from now on."),
    )


@gate("sign", step_up=True)
@require_POST
def leave(request: HttpRequest, number: str) -> HttpResponse:
    """The owner unsubscribes the account."""
    who = request.seat  # type: ignore[attr-defined]
    account = queries.holding_account(who, number, "sign")
    return _done(
        request,
        account,
        lambda: actions.leave(who=who, account=account, at=timezone.now()),
        _("The account takes part no more. Claims for which data were sent before are still paid out."),
    )


def _done(request: HttpRequest, account: Account, act: Callable[[], object], words: str) -> HttpResponse:
    try:
        act()
    except RecoveryProblem as problem:
        return _page(request, account, str(problem))
    messages.success(request, words)
    return redirect("settings:class_action", account.number)


def _page(request: HttpRequest, account: Account, problem: str = "") -> HttpResponse:
    who = request.seat  # type: ignore[attr-defined]
    steps = list(queries.steps(who, account)[:STEPS_SHOWN])
    latest = steps[0] if steps else None
    is_enrolled = latest is not None and latest.is_enrolled
    signs = answer(who, Function.SIGN, account).allowed
    closed = "" if is_enrolled else queries.problem_of(account)
    page = page_of(queries.recoveries(who, account), order=["-paid_on", "-written_at", "-pk"], query=request.GET)
    text = terms(account)
    context: dict[str, Any] = {
        "account": account,
        "steps": steps,
        "latest": latest,
        "is_enrolled": is_enrolled,
        "signs": signs,
        "closed": closed,
        "terms": text,
        "terms_hash": hash_of(text),
        "longest_name": LONGEST_NAME,
        "page": page,
        "rows": [(one, list(derivation(Split(one.gross, one.fee, one.net), one.currency))) for one in page.rows],
        "totals": queries.totals(who, account),
        "problem": problem,
    }
    return render(request, "desk/topics/recovery.html", context, status=422 if problem else 200)
