"""Putting the question about a sensitive task to a device, by text where that is its way."""

from datetime import datetime

from django.http import HttpRequest

from accounts.ground.access.address import client_address
from auth2fa.carriers.actions import CannotSend, channel_of, send
from auth2fa.challenge.actions import TooMany, ask
from auth2fa.challenge.models import Purpose
from auth2fa.challenge.queries import Asked
from auth2fa.challenge.wording import unsent_words
from auth2fa.devices.models import Device, Kind


def put_to(
    device: Device,
    *,
    asked: Asked | None,
    again: str,
    task: str,
    told: str,
    session: str,
    request: HttpRequest,
    at: datetime,
) -> tuple[Asked | None, str]:
    """The question, and what stood in the way of sending its code, in words."""
    try:
        if asked is None:
            one = ask(device=device, purpose=Purpose.TASK, task=task, session=session, told=told, at=at)
            asked = Asked(one, device, at)
        if device.kind == Kind.TEXT:
            send(challenge=asked.challenge, channel=channel_of(again), address=client_address(request), at=at)
    except TooMany:
        return None, unsent_words("many")
    except CannotSend as problem:
        return asked, unsent_words(problem.reason)
    return asked, ""
