"""Holds one transaction around the whole response and tells it who is acting; rendering included, admin included."""

from collections.abc import Callable

from django.db import transaction
from django.http import HttpRequest, HttpResponseBase

from accounts.ground.access.context import as_role, connections, enter, leave
from accounts.ground.trail.refusals import note

# Rows an administrator edits are read and written by the office's own login.
OFFICE_PREFIX = "/office/"

SAFE_METHODS = ("GET", "HEAD", "OPTIONS", "TRACE")
# Not yours, not there, contradicts what is stored: worth a note. A form with a slip in it (422) is not.
REFUSALS = (400, 403, 404, 409)


class RequestContext:
    """One request, one transaction, one person.

    `ATOMIC_REQUESTS` is not used because it ends before a template response renders. A response of 400 or more rolls
    back, so a refusal moves nothing; what must be recorded nevertheless is handed to `request.after_rollback`.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        alias = "office" if request.path.startswith(OFFICE_PREFIX) else "default"
        later: list[Callable[[], None]] = []
        request.after_rollback = later.append  # type: ignore[attr-defined]
        request.seat = None  # type: ignore[attr-defined]
        with as_role(alias):
            with transaction.atomic(using=alias):
                user = getattr(request, "user", None)
                if user is not None and user.is_authenticated:
                    request.seat = enter(  # type: ignore[attr-defined]
                        user.pk, seat_id=request.session.get("seat"), address=request.META.get("REMOTE_ADDR", "")
                    )
                response = self.get_response(request)
                if response.status_code >= 400:
                    transaction.set_rollback(True, using=alias)
                    self._note_refusal(request, response)
                elif not connections[alias].needs_rollback:
                    leave()
            for write in later:
                with transaction.atomic(using=alias):
                    write()
        return response

    def _note_refusal(self, request: HttpRequest, response: HttpResponseBase) -> None:
        """A write by a signed-in person that was refused leaves a trace, although nothing else of it stays."""
        user = getattr(request, "user", None)
        if request.method in SAFE_METHODS or response.status_code not in REFUSALS or user is None or user.pk is None:
            return
        if getattr(response, "asks_back", False):
            return
        seat = request.seat  # type: ignore[attr-defined]
        said = {
            "user_id": user.pk,
            "seat_id": seat.seat_id if seat else None,
            "method": request.method or "",
            "path": request.path,
            "status": response.status_code,
            "fields": sorted(getattr(request, "_post", ())),  # what was read; asking again could fail again
            "address": request.META.get("REMOTE_ADDR", ""),
        }
        request.after_rollback(lambda: note(**said))  # type: ignore[attr-defined]

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        """Nothing of a failed request stays, whatever status it is answered with."""
        alias = "office" if request.path.startswith(OFFICE_PREFIX) else "default"
        transaction.set_rollback(True, using=alias)
