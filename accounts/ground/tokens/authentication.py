"""Tells the API who came in by a token; a file of its own, because the framework imports it while it loads."""

from typing import Any

from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request


class Gated(BaseAuthentication):
    """Whom the middleware has let in by an API token. No form token is asked, for no browser sends this by itself."""

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        """The token's user; None leaves it to the session."""
        seat = getattr(request._request, "seat", None)
        return (request._request.user, seat.token_id) if seat is not None and seat.token_id else None

    def authenticate_header(self, request: Request) -> str:
        """What a 401 says is wanted."""
        return "Bearer"
