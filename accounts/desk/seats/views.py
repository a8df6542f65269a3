"""Choosing the seat one works from, for people who have more than one."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse

from accounts.desk.seats.queries import my_seats
from accounts.ground.access.address import client_address
from accounts.ground.access.context import enter
from accounts.ground.access.gates import SIGNED_IN, gate
from accounts.ground.access.middleware import UNKNOWN
from accounts.ground.people.models import Role


@gate(SIGNED_IN)
def choose(request: HttpRequest) -> HttpResponse:
    """Show one's seats, or work from another of them; a seat of somebody else does not exist."""
    if request.seat is None:  # type: ignore[attr-defined]
        # The chosen seat is not for this network address, but another one may be.
        enter(request.user.pk or 0, address=client_address(request) or UNKNOWN)
    seats = my_seats()
    if request.method != "POST":
        current = request.seat.seat_id if request.seat else None  # type: ignore[attr-defined]
        return TemplateResponse(request, "desk/seats.html", {"seats": seats, "current": current})
    seat = next((one for one in seats if str(one.pk) == request.POST.get("seat", "")), None)
    if seat is None:
        raise Http404
    request.session["seat"] = seat.pk
    request.session.cycle_key()
    return redirect("/office/" if seat.role == Role.OFFICE else "/")
