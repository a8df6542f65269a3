"""Pages of recurring movements: all of them, one with what became of each time, and setting one up."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.broker.funding.queries import counterparts, to_fund, usable_banks
from accounts.broker.funding.rules import FundingProblem
from accounts.broker.funding.views import confirmed_by, refused, words
from accounts.broker.recurring import actions
from accounts.broker.recurring.forms import RecurringForm
from accounts.broker.recurring.models import RecurringInstruction, State
from accounts.broker.recurring.queries import instruction_for, instructions_of, may_end, turns_of
from accounts.broker.recurring.rules import EARLIEST, asked_on
from accounts.ground.access.gates import gate
from accounts.ground.clock import exchange_today
from accounts.ground.days.queries import calendar

SHOWN = 100


@gate("fund")
@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """Those that a person may read; those that have ended come last."""
    rows = list(instructions_of(request.seat)[:SHOWN])  # type: ignore[attr-defined]
    return render(request, "broker/recurring/list.html", {"rows": rows})


@gate("fund")
@require_safe
def show(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One of them, with what became of each time."""
    who = request.seat  # type: ignore[attr-defined]
    found = instruction_for(who, pk)
    context = {
        "found": found,
        "account": found.account,
        "turns": turns_of(who, found)[:SHOWN],
        "may_end": may_end(who, found),
        "asks_on": _asks_on(found),
    }
    return render(request, "broker/recurring/one.html", context)


@gate("fund", step_up=True)
@require_http_methods(["GET", "POST"])
def set_up(request: HttpRequest, number: str) -> HttpResponse:
    """Have money move again and again."""
    who = request.seat  # type: ignore[attr-defined]
    found = to_fund(who, number)
    form = RecurringForm(
        request.POST or None,
        banks=usable_banks(who, found),
        others=counterparts(who, found),
        initial={"currency": found.base_currency},
    )
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.set_up(
                who=who, account=found, wanted=form.wanted(), factor=confirmed_by(request), at=timezone.now()
            )
        except FundingProblem as problem:
            form.add_error(None, words(problem))
        else:
            messages.success(request, _("It is set up. Each time is asked for as if you asked for it that day."))
            return redirect("transfer:recurring_one", made.pk)
    context = {"account": found, "form": form}
    return render(request, "broker/recurring/form.html", context, status=422 if form.errors else 200)


@gate("fund")
@require_POST
def pause(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Ask for nothing until it goes on."""
    who = request.seat  # type: ignore[attr-defined]
    found = instruction_for(who, pk)
    return _changed(request, pk, lambda: actions.pause(who=who, found=found), _("Paused; nothing is asked for."))


@gate("fund", step_up=True)
@require_POST
def resume(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Go on with the next day that has not passed."""
    who = request.seat  # type: ignore[attr-defined]
    found = instruction_for(who, pk)
    return _changed(request, pk, lambda: actions.resume(who=who, found=found, at=timezone.now()), _("It goes on."))


@gate("fund")
@require_POST
def end(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Ask for nothing any more."""
    who = request.seat  # type: ignore[attr-defined]
    found = instruction_for(who, pk)
    told = _("Ended. What was asked for before goes its own way.")
    return _changed(request, pk, lambda: actions.end(who=who, found=found, at=timezone.now()), told)


def _changed(request: HttpRequest, pk: UUID, change: Callable[[], Any], told: str) -> HttpResponse:
    try:
        change()
    except FundingProblem as problem:
        return refused(request, problem)
    messages.success(request, told)
    return redirect("transfer:recurring_one", pk)


def _asks_on(found: RecurringInstruction) -> Any:
    """The business day of the next time; None while it is so far ahead that holidays may still change."""
    if found.state != State.ACTIVE or found.next_on > exchange_today() + EARLIEST:
        return None
    return asked_on(found.next_on, calendar())
