"""What somebody is told who has signed in and has no seat to work from: not from here, or not any more."""

from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.ground.access.address import client_address
from accounts.ground.access.middleware import UNKNOWN
from accounts.ground.access.scope import NotAllowed
from accounts.ground.addresses.queries import is_turned_away


class NotFromHere(NotAllowed):
    """The seat is there, but not for this network address; `other_seats` says whether another one may be chosen."""

    other_seats = False


def not_from_here(request: HttpRequest, right: str) -> NotFromHere | None:
    """The refusal of somebody whose network address alone keeps them out."""
    user_id, address = request.user.pk, client_address(request) or UNKNOWN
    if is_turned_away(user_id, address):
        return NotFromHere(right, _("You may not work from this network address."))
    chosen = request.session.get("seat")
    if chosen is None or not is_turned_away(user_id, address, chosen):
        return None
    refused = NotFromHere(right, _("You may not work from this network address in the seat that you have chosen."))
    refused.other_seats = True
    return refused


def no_seat(request: HttpRequest, right: str) -> NotAllowed:
    """The refusal of somebody without a seat, with the reason."""
    return not_from_here(request, right) or NotAllowed(right, _("You have no seat at any firm any more."))
