"""From where a user may work: the list of networks, adding one, confirming it with the mailed number, removing it."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.ground.access.address import client_address
from accounts.ground.access.gates import gate
from accounts.ground.addresses import actions, queries
from accounts.ground.addresses.models import AddressRule, State
from accounts.ground.addresses.rules import LONGEST, BadAddress, holds
from accounts.ground.people.models import Seat
from accounts.ground.users.actions import seat_for
from portal.lib.words import Sentence

ENDED_SHOWN = 20
MOODS = {State.PENDING: "warn", State.SCHEDULED: "", State.ACTIVE: "good", State.REMOVED: ""}


@gate("manage_users")
@require_GET
def addresses(request: HttpRequest, seat: int) -> HttpResponse:
    """The networks of one user."""
    return _page(request, seat_for(request.seat, seat))  # type: ignore[attr-defined]


@gate("manage_users", step_up=True)
@require_POST
def add(request: HttpRequest, seat: int) -> HttpResponse:
    """Write one down; a number is mailed to whoever did."""
    who = request.seat  # type: ignore[attr-defined]
    found, typed = seat_for(who, seat), request.POST.get("network", "")[: LONGEST * 2].replace("\0", "")
    try:
        rule = actions.add(
            who=who,
            seat=found,
            text=typed,
            address=client_address(request),
            accepts_lock_out="accepts" in request.POST,
            at=timezone.now(),
        )
    except BadAddress as bad:
        return _page(request, found, problem=words(bad.sentence), typed=typed)
    messages.info(request, _("%(network)s waits for the number that was mailed to you.") % {"network": rule.network})
    return redirect("users:addresses", seat=seat)


@gate("manage_users")
@require_POST
def confirm(request: HttpRequest, seat: int, address: int) -> HttpResponse:
    """Take the mailed number."""
    who = request.seat  # type: ignore[attr-defined]
    found = seat_for(who, seat)
    rule, number = rule_of(found, address), request.POST.get("number", "").strip()
    try:
        actions.confirm(who=who, rule=rule, number=number, at=timezone.now())
    except BadAddress as bad:
        if number:
            request.after_rollback(lambda: actions.count_wrong(rule=rule))  # type: ignore[attr-defined]
        return _page(request, found, problem=words(bad.sentence))
    messages.success(request, _("The address is confirmed; it holds from the next nightly restart."))
    return redirect("users:addresses", seat=seat)


@gate("manage_users", step_up=True)
@require_POST
def remove(request: HttpRequest, seat: int, address: int) -> HttpResponse:
    """Take one off the list."""
    who = request.seat  # type: ignore[attr-defined]
    found = seat_for(who, seat)
    rule = rule_of(found, address)
    here, accepts = client_address(request), "accepts" in request.POST
    try:
        actions.remove(who=who, rule=rule, address=here, accepts_lock_out=accepts, at=timezone.now())
    except BadAddress as bad:
        return _page(request, found, problem=words(bad.sentence))
    messages.success(request, _("The address was removed."))
    return redirect("users:addresses", seat=seat)


def rule_of(seat: Seat, pk: int) -> AddressRule:
    """A network of this user; any other does not exist."""
    found = queries.of_seat(seat).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def words(sentence: Sentence) -> str:
    """A refusal in the reader's language."""
    return _(sentence.msgid) % sentence.params


def _page(request: HttpRequest, seat: Seat, problem: str = "", typed: str = "") -> HttpResponse:
    now, here = timezone.now(), client_address(request)
    rows = [(one, one.state(now)) for one in queries.of_seat(seat)]
    ended = [one for one in rows if one[1] == State.REMOVED]
    shown = [one for one in rows if one[1] != State.REMOVED] + ended[-ENDED_SHOWN:]
    context = {
        "seat": seat,
        "rows": [(rule, state, state.label, MOODS[state]) for rule, state in shown],
        "is_restricted": any(state == State.ACTIVE for _rule, state in rows),
        "is_me": seat.pk == request.seat.seat_id,  # type: ignore[attr-defined]
        "here": here,
        "is_here_listed": holds((rule.network for rule, state in rows if state != State.REMOVED), here),
        "problem": problem,
        "typed": typed,
    }
    return render(request, "addresses/addresses.html", context, status=422 if problem else 200)
