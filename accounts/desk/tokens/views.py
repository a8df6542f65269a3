"""One's own API tokens: made with some of one's functions, shown once, revoked at any time."""

from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.desk.users.forms import abilities_of, groups, words_of
from accounts.ground.access.context import Who
from accounts.ground.access.gates import SIGNED_IN, Gate, gate
from accounts.ground.access.scope import NotAllowed
from accounts.ground.tokens import actions

DAYS = (7, 30, 90, 365)


@gate(SIGNED_IN)
def tokens(request: HttpRequest) -> HttpResponse:
    """One's tokens of the seat one works from."""
    return _page(request)


@gate(Gate("signed_in", step_up=True))
@require_POST
def create(request: HttpRequest) -> HttpResponse:
    """A new token; its secret stands in this answer alone, which nothing keeps."""
    who = _holder(request)
    now, given = timezone.now(), abilities_of(request.POST)
    try:
        token, secret = actions.create(
            who=who,
            name=request.POST.get("name", "").replace("\0", ""),
            abilities=given,
            expires_at=now + timedelta(days=days_of(request.POST)),
            at=now,
        )
    except actions.TokenProblem as problem:
        return _page(request, problem=str(problem), given=given)
    answer = render(request, "tokens/made.html", {"token": token, "secret": secret})
    answer["Cache-Control"] = "no-store"
    return answer


def days_of(said: QueryDict) -> int:
    """For how many days a form asks; one of those that are offered."""
    days = said.get("days", "")
    return int(days) if days in {str(one) for one in DAYS} else DAYS[1]


@gate(SIGNED_IN)
@require_POST
def revoke(request: HttpRequest, token: UUID) -> HttpResponse:
    """End a token at once."""
    found = actions.mine(_holder(request)).filter(pk=token).first()
    if found is None:
        raise Http404
    actions.revoke(token=found, at=timezone.now())
    messages.success(request, _("The token %(name)s was revoked.") % {"name": found.name})
    return redirect("tokens:list")


def _holder(request: HttpRequest) -> Who:
    """The seat; the back office and people without a seat have no API."""
    who = request.seat  # type: ignore[attr-defined]
    if who is None or who.role == "office":
        raise NotAllowed("signed_in", _("You have no seat that a program could work from."))
    return who


def _page(request: HttpRequest, problem: str = "", given: frozenset[str] = frozenset()) -> HttpResponse:
    who, now = request.seat, timezone.now()  # type: ignore[attr-defined]
    if who is None or who.role == "office":
        return render(request, "tokens/tokens.html", {"rows": []})
    rows = [
        (one, words_of(frozenset(one.abilities)), not one.revoked_at and one.expires_at > now)
        for one in actions.mine(who)[:100]
    ]
    context = {"rows": rows, "groups": groups(given, at_most=who.abilities), "days": DAYS, "problem": problem}
    return render(request, "tokens/tokens.html", context, status=422 if problem else 200)
