"""The hand behind a request: what was typed or drawn, and the circumstances that are kept with it."""

from django.http import HttpRequest

from accounts.ground.access.address import client_address
from accounts.ground.signatures.rules import Hand
from accounts.ground.stepup.actions import session_mark


def hand_of(request: HttpRequest, name: str, drawing: bytes | None = None) -> Hand:
    """Who asks by this request, as far as the request tells."""
    return Hand(
        name=name.replace("\0", ""),
        drawing=drawing,
        address=client_address(request),
        agent=request.headers.get("User-Agent", "").replace("\0", ""),
        session=session_mark(request.session.session_key or ""),
    )
