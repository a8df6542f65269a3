"""Holds one transaction around the whole response and tells it who is acting; rendering included, admin included."""

import hashlib
from collections.abc import Callable
from datetime import datetime

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.ground.access.address import client_address
from accounts.ground.access.context import SEEN_AS, as_role, connections, cursor, enter, enter_by_token, leave, see_as
from accounts.ground.access.elsewhere import AskedElsewhere
from accounts.ground.trail.refusals import note
from portal.lib.openers import opens_by_itself

# Rows an administrator edits are read and written by the office's own login.
OFFICE_PREFIX = "/office/"
API_PREFIX = "/api/"

CALLS_AN_HOUR = 5000

# What a page says of a visitor whose address nothing tells; it is in nobody's list.
UNKNOWN = "unknown"

SAFE_METHODS = ("GET", "HEAD", "OPTIONS", "TRACE")
# Not yours, not there, contradicts what is stored: worth a note. A form with a slip in it (422) is not.
REFUSALS = (400, 403, 404, 409)


class RequestContext:
    """One request, one transaction, one person.

    `ATOMIC_REQUESTS` is not used because it ends before a template response renders. A response of 400 or more rolls
    back, so a refusal moves nothing; what must be recorded nevertheless is handed to `request.after_rollback`. Where
    nothing but a question or its wrong answer was written, the answer says of itself that it `keeps` that.

    A request that needs the word of another system is taken back, and begun again when that was asked (`elsewhere`).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.heard_elsewhere = {}  # type: ignore[attr-defined]
        while True:
            request.asks_elsewhere = None  # type: ignore[attr-defined]
            response = self._in_one_transaction(request)
            question: AskedElsewhere | None = request.asks_elsewhere  # type: ignore[attr-defined]
            if question is None:
                return response
            request.heard_elsewhere[question.what] = question.heard()  # type: ignore[attr-defined]

    def _in_one_transaction(self, request: HttpRequest) -> HttpResponseBase:
        alias = "office" if request.path.startswith(OFFICE_PREFIX) else "default"
        later: list[Callable[[], None]] = []
        request.after_rollback = later.append  # type: ignore[attr-defined]
        request.seat = None  # type: ignore[attr-defined]
        with as_role(alias):
            with transaction.atomic(using=alias):
                response = _refused(request) or self.get_response(request)
                if request.asks_elsewhere:  # type: ignore[attr-defined]
                    return response
                if response.status_code >= 400 and not getattr(response, "keeps", False):
                    transaction.set_rollback(True, using=alias)
                    self._note_refusal(request, response)
                elif not connections[alias].needs_rollback and connections[alias].savepoint_ids:
                    # Who acts is told to one transaction and forgotten with it; only an outer one has to be told so.
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
            "address": client_address(request),
        }
        request.after_rollback(lambda: note(**said))  # type: ignore[attr-defined]

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Nothing of a failed request stays, whatever status it is answered with."""
        alias = "office" if request.path.startswith(OFFICE_PREFIX) else "default"
        transaction.set_rollback(True, using=alias)
        if not isinstance(exception, AskedElsewhere):
            return None
        request.asks_elsewhere = exception  # type: ignore[attr-defined]
        return HttpResponse(status=503)  # nobody gets it: the request begins again


def _refused(request: HttpRequest) -> HttpResponseBase | None:
    """Find out who is acting, by session or, over the API, by token; None unless a token is turned away."""
    request.seen_from = address = client_address(request) or UNKNOWN  # type: ignore[attr-defined]
    scheme, _space, secret = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer" and request.path.startswith(API_PREFIX):
        # The token alone counts: a session that comes along would lend it rights.
        request.user = AnonymousUser()
        who = enter_by_token(hashlib.sha256(secret.strip().encode()).hexdigest(), address=address)
        if who is None:
            return None  # nobody, so the gate answers 401
        wait = spend(f"token/{who.token_id}", most=CALLS_AN_HOUR, at=timezone.now())
        if wait:
            return _too_many(wait)
        request.seat, request.user = who, get_user_model().objects.get(pk=who.user_id)  # type: ignore[attr-defined]
        return None
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated:
        request.seat = enter(user.pk, seat_id=request.session.get("seat"), address=address)  # type: ignore[attr-defined]
        _look_as_another(request)
    return None


def _look_as_another(request: HttpRequest) -> None:
    """Go on as the user whose view was asked for; back to one's own when that may not be seen any more."""
    seen, who = request.session.get(SEEN_AS), request.seat  # type: ignore[attr-defined]
    # Behind a link that opens by itself nobody of the portal acts, whoever is shown as whom elsewhere.
    if not seen or who is None or opens_by_itself(request.path):
        return
    other = see_as(who, seen[0])
    if other is None:
        del request.session[SEEN_AS]
        return
    request.seat = other  # type: ignore[attr-defined]
    if request.method in SAFE_METHODS:
        # Reading as another user is not that user's reading: a page that wrote something down would fail here.
        with cursor() as cur:
            cur.execute("SET TRANSACTION READ ONLY")


def spend(key: str, *, most: int, at: datetime) -> int:
    """Count one call of this hour; seconds to wait when there were too many."""
    hour = int(at.timestamp()) // 3600
    name = f"calls/{key}/{hour}"
    cache.add(name, 0, 3600)
    try:
        count = cache.incr(name)
    except ValueError:  # it ran out between the two
        count = 1
    return (hour + 1) * 3600 - int(at.timestamp()) if count > most else 0


def _too_many(wait: int) -> HttpResponseBase:
    body = {"type": "about:blank", "title": _("Too many calls this hour"), "status": 429}
    return JsonResponse(body, status=429, headers={"Retry-After": str(wait)}, content_type="application/problem+json")
