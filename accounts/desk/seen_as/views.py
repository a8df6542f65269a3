"""Looking at the portal as another user gets it, and going back to one's own view; nothing can be changed meanwhile."""

from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from accounts.desk.seen_as.queries import seats_to_see_as
from accounts.ground.access.context import SEEN_AS
from accounts.ground.access.gates import SIGNED_IN, gate
from accounts.ground.clock import exchange_today
from accounts.ground.people.models import Role
from accounts.ground.trail.actions import note_of_practice
from portal.lib.words import gettext_noop


@gate("view")
def choose(request: HttpRequest) -> HttpResponse:
    """Whom one may look as; a seat that reaches further than one's own does not exist here."""
    who = request.seat  # type: ignore[attr-defined]
    if request.method != "POST":
        text = request.GET.get("find", "").strip()
        return render(request, "desk/seen_as.html", {"seats": seats_to_see_as(text), "text": text})
    wanted = request.POST.get("seat", "")
    if not wanted:
        raise BadRequest("no seat")
    known = {str(seat.pk): seat for seat in seats_to_see_as(request.POST.get("name", ""))}
    seat = known.get(wanted)
    if seat is None or who.practice_id is None:
        raise Http404
    note_of_practice(
        who=who,
        kind="seen_as",
        title=gettext_noop("Looked at the portal as another user"),
        data={"seat": seat.pk, "user": seat.username, "role": seat.role},
        day=exchange_today(),
    )
    request.session[SEEN_AS] = [seat.pk, f"{seat.username}, {seat.name}" if seat.name else seat.username, seat.role]
    return redirect("/accounts/" if seat.role == Role.CLIENT else "/structure/")


@gate(SIGNED_IN)
@require_POST
def stop(request: HttpRequest) -> HttpResponse:
    """Back to one's own view."""
    request.session.pop(SEEN_AS, None)
    return redirect("/structure/")
