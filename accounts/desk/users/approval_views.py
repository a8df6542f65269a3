"""Approvals: what waits for the signed-in person, what they asked for, and the rules of the institution."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.ground.access.address import client_address
from accounts.ground.access.gates import SIGNED_IN, Gate, gate
from accounts.ground.authorizations import actions
from accounts.ground.authorizations.actions import ACTS, AuthorizationProblem
from accounts.ground.authorizations.models import OPEN, Authorization, Vote
from accounts.ground.authorizations.rules_actions import delete_rule, rules, save_rule
from accounts.ground.users.queries import institution, standing_seats
from accounts.ground.users.rules import UserProblem

SHOWN = 100


@gate(SIGNED_IN)
def authorizations(request: HttpRequest) -> HttpResponse:
    """What waits for this person's approval, and what this person asked for."""
    return _page(request)


@gate(Gate("signed_in", step_up=True, proved=True))
@require_POST
def approve(request: HttpRequest, authorization: UUID) -> HttpResponse:
    """One approval; the last one carries the act out."""
    return _decide(request, authorization, approves=True)


@gate(Gate("signed_in", step_up=True, proved=True))
@require_POST
def reject(request: HttpRequest, authorization: UUID) -> HttpResponse:
    """One rejection ends it."""
    return _decide(request, authorization, approves=False)


@gate("manage_users", step_up=True)
def approval_rules(request: HttpRequest) -> HttpResponse:
    """Which acts need how many approvals, and whose."""
    who = request.seat  # type: ignore[attr-defined]
    problem = ""
    if request.method == "POST":
        try:
            kinds, approvals, seats = rule_said(request.POST)
            save_rule(who=who, kinds=kinds, approvals=approvals, seats=seats)
        except UserProblem as raised:
            problem = str(raised)
        else:
            messages.success(request, _("The rule was saved."))
            return redirect("users:approval_rules")
    rows = [_in_words(rule) for rule in rules(who)]
    people = standing_seats(who).filter(is_active=True).order_by("user__username")
    kinds = [(key, act.words) for key, act in ACTS.items() if key != "leave"]
    context = {"rows": rows, "kinds": kinds, "people": people, "problem": problem}
    return render(request, "users/rules.html", context, status=422 if problem else 200)


@gate("manage_users", step_up=True)
@require_POST
def remove_rule(request: HttpRequest, rule: int) -> HttpResponse:
    """Acts of this rule need no approval any more; what waits already goes on waiting."""
    found = rules(request.seat).filter(pk=rule).first()  # type: ignore[attr-defined]
    if found is None:
        raise Http404
    try:
        delete_rule(who=request.seat, rule=found)  # type: ignore[attr-defined]
    except UserProblem as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, _("The rule was removed."))
    return redirect("users:approval_rules")


def rule_said(said: QueryDict) -> tuple[list[str], int, list[int]]:
    """What a form says of a rule: kinds of acts, how many approvals, and by whom; what is no number is none."""
    seats = [int(one[:15]) for one in said.getlist("seat") if one.isascii() and one.isdigit()]
    count = said.get("approvals", "")
    return said.getlist("kind"), int(count[:4]) if count.isascii() and count.isdigit() else 0, seats


def _in_words(rule: Any) -> tuple[list[object], Any, list[Any]]:
    """A rule's acts in words, the rule, and its authorizers' seats."""
    return [ACTS[kind].words for kind in rule.kinds if kind in ACTS], rule, [one.seat for one in rule.people]


def _decide(request: HttpRequest, pk: UUID, *, approves: bool) -> HttpResponse:
    who = request.seat  # type: ignore[attr-defined]
    if who is None:
        raise Http404
    now = timezone.now()
    try:
        if approves:
            done = actions.approve(who=who, pk=pk, at=now, address=client_address(request))
        else:
            done = actions.reject(who=who, pk=pk, at=now, reason=request.POST.get("reason", "").replace("\0", ""))
    except (AuthorizationProblem, UserProblem, ValidationError) as problem:
        words = "; ".join(problem.messages) if isinstance(problem, ValidationError) else str(problem)
        return _page(request, problem=words)
    messages.success(request, str(done.get_state_display()))
    return redirect("users:authorizations")


def _page(request: HttpRequest, problem: str = "") -> HttpResponse:
    who = request.seat  # type: ignore[attr-defined]
    waiting: list[Any] = []
    asked: list[Any] = []
    now = timezone.now()
    if who is not None and who.role in actions.ROLES:
        rows = actions.duties(who).filter(state__in=OPEN, expires_at__gt=now).exclude(votes__seat_id=who.seat_id)
        waiting = list(_with_words(rows)[:SHOWN])
        mine = Authorization.unscoped.filter(**institution(who), requested_by_id=who.seat_id)
        asked = [(one, _state(one, now)) for one in _with_words(mine)[:SHOWN]]
    context = {"waiting": waiting, "asked": asked, "problem": problem, "kinds": ACTS}
    return render(request, "users/authorizations.html", context, status=422 if problem else 200)


def _with_words(rows: Any) -> Any:
    votes = Vote.unscoped.select_related("seat__user").order_by("at", "pk")
    rows = rows.select_related("requested_by__user", "subject__user")
    return rows.prefetch_related(Prefetch("votes", votes, to_attr="said")).order_by("-asked_at", "pk").distinct()


def _state(one: Authorization, now: Any) -> tuple[str, str]:
    one.state = one.state_at(now)
    moods = {"approved": "good", "rejected": "bad", "expired": "bad"}
    return one.get_state_display(), moods.get(one.state, "warn")
