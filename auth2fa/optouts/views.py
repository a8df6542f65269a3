"""The page of doing without a second proof: what it costs, the text to be signed, and the way back."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.ground.access.gates import SIGNED_IN, Gate, gate
from accounts.ground.addresses.rules import next_restart
from accounts.ground.optouts import actions, queries
from accounts.ground.optouts.actions import OptOutProblem
from accounts.ground.optouts.models import Extent
from accounts.ground.optouts.rules import WITHOUT_PROOF, document, hash_of, may_opt_out
from accounts.ground.people.models import User
from accounts.ground.signatures.reading import hand_of
from accounts.ground.signatures.rules import LONGEST_NAME

SURE = Gate("signed_in", step_up=True)


@gate(SIGNED_IN)
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """What one has chosen, or the text of what could be chosen."""
    return _page(request, request.GET.get("extent", ""))


@gate(SURE)
@require_POST
def opt_out(request: HttpRequest) -> HttpResponse:
    """Sign, and do without from now on."""
    extent = extent_of(request.POST.get("extent", ""))
    if request.POST.get("read") != "on":
        return _page(request, extent, _("Read the full text and tick that you have."))
    hand = hand_of(request, request.POST.get("name", ""))
    try:
        actions.opt_out(
            user=user_of(request), extent=extent, hand=hand, seen=request.POST.get("seen", ""), at=timezone.now()
        )
    except OptOutProblem as problem:
        return _page(request, extent, _(problem.sentence.msgid) % problem.sentence.params)
    began_without = leave_unproven(request, extent)
    messages.success(request, _("You have opted out; a mail confirms it."))
    return redirect("account_login" if began_without else "optouts:show")


@gate(SIGNED_IN)
@require_POST
def opt_in(request: HttpRequest) -> HttpResponse:
    """Be asked again from now on; a session that began with the password alone ends."""
    began_without = come_back(request)
    messages.success(request, _("You are asked for a second proof again."))
    return redirect("account_login" if began_without else "devices:list")


def come_back(request: HttpRequest) -> bool:
    """Opt in and, where this very session began with the password alone, sign out; whether it did."""
    began_without = WITHOUT_PROOF in request.session
    actions.opt_in(user=user_of(request), at=timezone.now())
    if began_without:
        logout(request)
    return began_without


def leave_unproven(request: HttpRequest, extent: str) -> bool:
    """Sign out where this very session began with the password alone, which a lesser choice allows no more."""
    is_over = extent != Extent.FULL and WITHOUT_PROOF in request.session
    if is_over:
        logout(request)
    return is_over


def extent_of(text: str) -> str:
    """The lesser choice unless the greater was made."""
    return Extent.FULL if text == Extent.FULL else Extent.PARTIAL


def user_of(request: HttpRequest) -> User:
    """Who is signed in."""
    user = request.user
    assert isinstance(user, User), "the gate lets only signed-in people come this far"
    return user


def _page(request: HttpRequest, extent: str, problem: str = "") -> HttpResponse:
    user, now, extent = user_of(request), timezone.now(), extent_of(extent)
    chosen = queries.own(user.pk, now)
    text = document(extent, name=user.username, at=now)
    context = {
        "chosen": chosen,
        "extent": extent,
        "extents": Extent.choices,
        "text": text,
        "seen": hash_of(text),
        "is_allowed": may_opt_out(queries.roles_of(user.pk), settings.OPT_OUT_ROLES),
        "is_restricted": queries.is_restricted(user.pk, now),
        "will_be_restricted": queries.is_restricted(user.pk, next_restart(now)),
        "seat_id": request.seat.seat_id if request.seat else None,  # type: ignore[attr-defined]
        "problem": problem,
        "longest_name": LONGEST_NAME,
    }
    return render(request, "auth2fa/opt_out.html", context, status=422 if problem else 200)
