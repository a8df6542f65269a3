"""Users & access rights: the list, adding with a review, one user, and what can be done with it."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.desk.market_data.queries import cost_of_own, cost_of_place
from accounts.desk.users.forms import PersonForm, grant_from, grant_of, groups, words_of
from accounts.ground.access.context import Who
from accounts.ground.access.gates import gate
from accounts.ground.authorizations.actions import AuthorizationProblem
from accounts.ground.authorizations.models import Authorization
from accounts.ground.leaving import actions as leaving
from accounts.ground.paging import page_of
from accounts.ground.people.models import Holdings, Seat, Standing
from accounts.ground.users import actions, queries
from accounts.ground.users.rules import Forged, Grant, UserProblem, type_choices

ORDERS = {"username": "user__username", "name": "user__last_name", "standing": "standing", "signed_in": "created_at"}


@gate("manage_users")
def users(request: HttpRequest) -> HttpResponse:
    """Everybody at one's own place: found, filtered, sorted and paged by the address."""
    who = request.seat  # type: ignore[attr-defined]
    text = request.GET.get("q", "").replace("\0", "").strip()[:100]
    standing, state = request.GET.get("standing", ""), request.GET.get("state", "")
    sort = request.GET.get("sort", "username")
    name, minus = sort.lstrip("-"), "-" if sort.startswith("-") else ""
    rows = queries.found(who, text=text, standing=standing, state=state)
    page = page_of(rows, order=[minus + ORDERS.get(name, "user__username"), "pk"], query=request.GET)
    now = timezone.now()
    standings, why = _standings(who)
    context = {
        "page": page,
        "rows": [(seat, _state(seat, now), _can_change(who, seat)) for seat in page.rows],
        "sort": sort,
        "text": text,
        "standing": standing,
        "state": state,
        "standings": Standing.choices,
        "can_add": bool(standings),
        "why_not": why,
        "is_institution": Standing.MEMBER in standings,
        "is_filtered": bool(text or standing or state),
    }
    return render(request, "users/users.html", context)


@gate("manage_users")
def add(request: HttpRequest) -> HttpResponse:
    """The form; posted, it is checked and shown for review. Nothing is stored yet."""
    who = request.seat  # type: ignore[attr-defined]
    standings, why = _standings(who)
    if why:
        return render(request, "users/cannot.html", {"why": why}, status=403)
    if request.method != "POST":
        standing = request.GET.get("standing", standings[0])
        form = PersonForm(initial={"standing": standing, "language": "en"}, **_choices(who, standings))
        return render(request, "users/add.html", _page(who, form, _begin(who, request.GET), standing))
    return _reviewed(request, who, standings)


@gate("manage_users", step_up=True)
@require_POST
def confirm(request: HttpRequest) -> HttpResponse:
    """Carry out what was reviewed, checked all over again."""
    who = request.seat  # type: ignore[attr-defined]
    standings, _why = _standings(who)
    form = PersonForm(request.POST, **_choices(who, standings))
    if not form.is_valid():
        return _reviewed(request, who, standings)
    try:
        grant = grant_of(request.POST, standing=form.cleaned_data["standing"])
        done = actions.add_user(who=who, wish=form.wish(grant), site=_site(), at=timezone.now())
    except Forged as problem:
        return _forged(request, problem)
    except (UserProblem, AuthorizationProblem, ValidationError):
        return _reviewed(request, who, standings)
    if isinstance(done, Authorization):
        messages.info(request, _("This waits for approval; nothing has changed yet."))
    else:
        messages.success(request, _("%(name)s was invited.") % {"name": form.cleaned_data["username"]})
    return redirect("users:list")


@gate("manage_users")
def user(request: HttpRequest, seat: int) -> HttpResponse:
    """One user: who it is, what it may do, and its invitation."""
    who = request.seat  # type: ignore[attr-defined]
    return _user_page(request, who, actions.seat_for(who, seat))


@gate("manage_users", step_up=True)
@require_POST
def rights(request: HttpRequest, seat: int) -> HttpResponse:
    """Give a user other functions or accounts."""
    who = request.seat  # type: ignore[attr-defined]
    found = actions.seat_for(who, seat)
    try:
        grant = grant_of(request.POST, standing=found.standing)
        waiting = actions.change_rights(who=who, seat=found, grant=grant, at=timezone.now())
    except Forged as problem:
        return _forged(request, problem)
    except (UserProblem, AuthorizationProblem) as problem:
        return _user_page(request, who, found, problem=str(problem), grant=grant)
    if waiting:
        messages.info(request, _("This waits for approval; nothing has changed yet."))
    else:
        messages.success(request, _("The rights of %(name)s were changed.") % {"name": found.user.username})
    return redirect("users:user", seat=seat)


@gate("manage_users", step_up=True)
@require_POST
def remove(request: HttpRequest, seat: int) -> HttpResponse:
    """End a user at once."""
    who = request.seat  # type: ignore[attr-defined]
    found = actions.seat_for(who, seat)
    try:
        actions.remove_user(who=who, seat=found, at=timezone.now())
    except UserProblem as problem:
        return _user_page(request, who, found, problem=str(problem))
    messages.success(request, _("%(name)s was removed.") % {"name": found.user.username})
    return redirect("users:list")


@gate("manage_users")
@require_POST
def invite(request: HttpRequest, seat: int) -> HttpResponse:
    """Send the invitation again; the older link works no more."""
    who = request.seat  # type: ignore[attr-defined]
    found = actions.seat_for(who, seat)
    try:
        actions.invite_again(seat=found, site=_site(), at=timezone.now())
    except UserProblem as problem:
        return _user_page(request, who, found, problem=str(problem))
    messages.success(request, _("The invitation was sent; the older link works no more."))
    return redirect("users:user", seat=seat)


@gate("manage_users")
@require_POST
def cancel(request: HttpRequest, seat: int) -> HttpResponse:
    """Make an invitation worthless."""
    who = request.seat  # type: ignore[attr-defined]
    found = actions.seat_for(who, seat)
    try:
        actions.cancel_invitation(seat=found, at=timezone.now())
    except UserProblem as problem:
        return _user_page(request, who, found, problem=str(problem))
    messages.success(request, _("The invitation was cancelled."))
    return redirect("users:user", seat=seat)


@gate("manage_users", step_up=True)
def leave(request: HttpRequest, seat: int) -> HttpResponse:
    """Everything a person owns here, and to whom it goes."""
    who = request.seat  # type: ignore[attr-defined]
    found = actions.seat_for(who, seat)
    heirs = queries.seats(who).filter(is_active=True).exclude(pk=found.pk).order_by("user__username")
    problem = ""
    if request.method == "POST":
        chosen = request.POST.get("heir", "")
        is_key = chosen.isascii() and chosen.isdigit() and len(chosen) < 16
        heir = heirs.filter(pk=int(chosen)).first() if is_key else None
        try:
            if heir is None:
                raise UserProblem(_("Choose a colleague who stays."))
            waiting = leaving.leave(who=who, seat=found, heir=heir, at=timezone.now())
        except (UserProblem, AuthorizationProblem) as raised:
            problem = str(raised)
        else:
            words = _("A second person must agree; nothing has changed yet.") if waiting else _("%(name)s has left.")
            messages.success(request, words % {"name": found.user.username} if not waiting else words)
            return redirect("users:list")
    context = {
        "seat": found,
        "owned": leaving.owned(found),
        "heirs": heirs,
        "problem": problem,
        "needs_second": found.standing == Standing.PRIMARY,
    }
    return render(request, "users/leave.html", context, status=422 if problem else 200)


def _reviewed(request: HttpRequest, who: Who, standings: tuple[Standing, ...]) -> HttpResponse:
    """The review of a posted form, or the form again with what is wrong."""
    form = PersonForm(request.POST, **_choices(who, standings))
    standing = request.POST.get("standing", standings[0] if standings else "")
    try:
        grant = grant_of(request.POST, standing=standing)
        if form.is_valid():
            wish = form.wish(grant)
            actions.check_new(who, wish)
            role = actions.role_for(who, grant.access_role) if grant.access_role else None
            given = frozenset(role.abilities) if role else grant.abilities
            fixed = {**_fields(request.POST, grant)}
            context = {"form": form, "wish": wish, "role": role, "words": words_of(given), "carried": fixed}
            return render(
                request,
                "users/review.html",
                {**context, **_market_data(who), "holdings": Holdings(grant.holdings).label},
            )
    except Forged as problem:
        return _forged(request, problem)
    except (UserProblem, ValidationError) as problem:
        form.is_valid()
        form.add_error(None, problem if isinstance(problem, ValidationError) else str(problem))
    return render(request, "users/add.html", _page(who, form, grant, standing), status=422)


def _fields(said: QueryDict, grant: Grant) -> dict[str, list[str]]:
    """The reviewed wish as hidden fields, with the groups' boxes already turned into functions."""
    kept = {name: values for name, values in said.lists() if not name.startswith(("was_", "csrf", "group", "ability"))}
    return {**kept, "ability": sorted(grant.abilities)}


def _user_page(
    request: HttpRequest, who: Who, seat: Seat, *, problem: str = "", grant: Grant | None = None
) -> HttpResponse:
    has = grant or grant_from(seat)
    given = frozenset(seat.access_role.abilities) if seat.access_role else has.abilities
    invitation = getattr(seat, "invitation", None)
    context = {
        **_rights(who, has, seat.standing),
        "seat": seat,
        "state": _state(seat, timezone.now()),
        "invitation": invitation,
        "words": words_of(given),
        "problem": problem,
        "can_change": _can_change(who, seat),
        "is_me": seat.pk == who.seat_id,
    }
    return render(request, "users/user.html", context, status=422 if problem else 200)


def _page(who: Who, form: PersonForm, grant: Grant, standing: str) -> dict[str, Any]:
    boxes = {**_rights(who, grant, standing), **_market_data(who)}
    return {**boxes, "form": form, "others": queries.standing_seats(who), "who": who}


def _market_data(who: Who) -> dict[str, Any]:
    """What one more user costs, which is said before the user is added."""
    return {"data_own": cost_of_own(who), "data_together": cost_of_place(who)}


def _rights(who: Who, grant: Grant, standing: str) -> dict[str, Any]:
    """What the boxes of a form need."""
    return {
        "grant": grant,
        "groups": groups(grant.abilities, can_fund=standing != Standing.SECOND, at_most=who.abilities),
        "roles": queries.roles(who) if standing == Standing.MEMBER else [],
        "holdings": Holdings.choices,
        "types": type_choices(queries.account_types(who)),
        "is_institution": standing == Standing.MEMBER,
    }


def _begin(who: Who, query: QueryDict) -> Grant:
    """A new user's rights begin with a copy of somebody's, with a role, or with nothing."""
    copied, role = query.get("copy", ""), query.get("role", "")
    if copied.isascii() and copied.isdigit():
        return grant_from(actions.seat_for(who, int(copied[:15])))
    if role.isascii() and role.isdigit():
        return Grant(access_role=actions.role_for(who, int(role[:15])).pk)
    return Grant()


def _standings(who: Who) -> tuple[tuple[Standing, ...], str]:
    try:
        return actions.may_add(who), ""
    except UserProblem as problem:
        return (), str(problem)


def _choices(who: Who, standings: tuple[Standing, ...]) -> dict[str, Any]:
    people = queries.standing_seats(who).exclude(standing=Standing.SECOND) if Standing.SECOND in standings else []
    return {"standings": standings, "principals": list(people)}


def _can_change(who: Who, seat: Seat) -> bool:
    """Primary users leave another way, and nobody changes or removes themselves."""
    return seat.standing != Standing.PRIMARY and seat.pk != who.seat_id and not seat.ended_at


def _state(seat: Seat, now: Any) -> tuple[str, str]:
    """A word for where a user stands, and its mood."""
    if seat.ended_at:
        return _("Removed"), ""
    if seat.is_active:
        return (_("Active"), "good") if seat.user.is_active else (_("Disabled"), "bad")
    invitation = getattr(seat, "invitation", None)
    if invitation is None:
        return _("Draft"), ""
    invitation.state = invitation.state_at(now)
    return invitation.get_state_display(), "bad" if invitation.state == "expired" else "warn"


def _forged(request: HttpRequest, problem: Forged) -> HttpResponse:
    return render(request, "users/cannot.html", {"why": str(problem)}, status=400)


def _site() -> str:
    """The configured address: a link in a mail does not follow the Host header."""
    return settings.PUBLIC_URL.rstrip("/")
