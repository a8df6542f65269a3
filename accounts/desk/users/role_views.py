"""Roles: named sets of functions to which users are bound."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.desk.users.forms import abilities_of, groups, words_of
from accounts.ground.access.gates import gate
from accounts.ground.people.models import AccessRole
from accounts.ground.users import actions, queries
from accounts.ground.users.rules import Forged, UserProblem


@gate("manage_users")
def roles(request: HttpRequest) -> HttpResponse:
    """Every role of the institution, with who is bound to it."""
    who = request.seat  # type: ignore[attr-defined]
    bound: dict[int | None, list[str]] = {}
    for seat in queries.standing_seats(who).exclude(access_role=None).order_by("user__username"):
        bound.setdefault(seat.access_role_id, []).append(seat.user.username)
    rows = [(role, words_of(frozenset(role.abilities)), bound.get(role.pk, [])) for role in queries.roles(who)]
    return render(request, "users/roles.html", {"rows": rows})


@gate("manage_users", step_up=True)
def new_role(request: HttpRequest) -> HttpResponse:
    """A form for a new role."""
    return _edit(request, None)


@gate("manage_users", step_up=True)
def role(request: HttpRequest, role: int) -> HttpResponse:
    """One role; saving it changes whoever is bound to it at once, and nobody else."""
    return _edit(request, actions.role_for(request.seat, role))  # type: ignore[attr-defined]


@gate("manage_users", step_up=True)
@require_POST
def delete_role(request: HttpRequest, role: int) -> HttpResponse:
    """Remove a role that nobody is bound to."""
    who = request.seat  # type: ignore[attr-defined]
    found = actions.role_for(who, role)
    try:
        actions.delete_role(who=who, role=found)
    except UserProblem as problem:
        return _edit(request, found, problem=str(problem))
    messages.success(request, _("The role %(name)s was removed.") % {"name": found.name})
    return redirect("users:roles")


def _edit(request: HttpRequest, role: AccessRole | None, problem: str = "") -> HttpResponse:
    who = request.seat  # type: ignore[attr-defined]
    given = frozenset(role.abilities) if role else frozenset()
    name = role.name if role else ""
    if request.method == "POST" and not problem:
        name, given = request.POST.get("name", "").replace("\0", "").strip()[:60], abilities_of(request.POST)
        try:
            if not name:
                raise UserProblem(_("Give the role a name."))
            actions.save_role(who=who, name=name, abilities=given, role=role)
        except Forged as forged:
            return render(request, "users/cannot.html", {"why": str(forged)}, status=400)
        except UserProblem as raised:
            problem = str(raised)
        else:
            messages.success(request, _("The role %(name)s was saved.") % {"name": name})
            return redirect("users:roles")
    bound = queries.standing_seats(who).filter(access_role=role) if role else []
    context = {"role": role, "name": name, "groups": groups(given, at_most=who.abilities), "problem": problem}
    return render(request, "users/role.html", {**context, "bound": bound}, status=422 if problem else 200)
