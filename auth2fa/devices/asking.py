"""Putting the first question to a device that is being enrolled, in the browser or program that enrols it."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.ground.access.address import client_address
from accounts.ground.stepup.actions import session_mark
from auth2fa.carriers.actions import CannotSend, send
from auth2fa.challenge.actions import TooMany, ask
from auth2fa.challenge.models import Challenge, Purpose
from auth2fa.challenge.queries import Asked, open_one
from auth2fa.challenge.wording import unsent_words
from auth2fa.devices.models import Device, Kind


def asked_of(request: HttpRequest, device: Device, at: datetime) -> Asked | None:
    """The question that this browser was asked about a new device."""
    mark = session_mark(request.session.session_key or "")
    mine = Challenge.unscoped.filter(device=device, purpose=Purpose.ENROL, session=mark)
    one = mine.order_by("-asked_at").first()
    if one is None:
        return None
    return open_one(user_id=device.user_id, challenge=one.pk, purpose=Purpose.ENROL, session=mark, at=at)


def put_first(request: HttpRequest, device: Device, channel: str, at: datetime) -> None:
    """Put the question, or have the open one's code sent again; what stands in the way is told on the next page."""
    if device.kind in (Kind.PHONE, Kind.CARD) and not device.secret:
        return
    mark = session_mark(request.session.session_key or "")
    asked = asked_of(request, device, at)
    try:
        if asked is None or device.kind != Kind.TEXT:
            told = _("Add this phone to the sign-in of %(name)s.") % {"name": device.user.username}
            one = ask(device=device, purpose=Purpose.ENROL, session=mark, told=told, at=at)
        else:
            one = asked.challenge
        if device.kind == Kind.TEXT:
            send(challenge=one, channel=channel, address=client_address(request), at=at)
    except TooMany:
        messages.error(request, unsent_words("many"))
    except CannotSend as problem:
        messages.error(request, unsent_words(problem.reason))
