"""Obeys the gates: looks up the mark of the resolved view and refuses what is unmarked or not the visitor's."""

import json
from collections.abc import Callable
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.ground.access.gates import OFFICE, PUBLIC, SIGNED_IN, Gate, gate_of, may_pass, refused
from accounts.ground.access.scope import NotAllowed
from accounts.ground.addresses.refusing import no_seat
from accounts.ground.optouts.queries import waived
from accounts.ground.optouts.rules import WITHOUT_PROOF
from auth2fa.door.adapter import MUST_ENROL
from auth2fa.stepup.views import ask_or_pass

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
STAYS_OPEN = ("account_logout", "account_change_password", "account_reauthenticate", "shell:language")
WAYS_BACK = ("/seen-as/stop/", "/sign-in/logout/")


class UnmarkedView(RuntimeError):
    """A view without a gate; a mistake of ours, so it is loud."""


class Gates:
    """Runs after the request context, so a seat is known."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: tuple, kwargs: dict) -> HttpResponseBase | None:
        """None lets the visitor in."""
        mark = gate_of(view)
        if mark is None:
            raise UnmarkedView(f"{getattr(view, '__module__', '?')}.{getattr(view, '__qualname__', view)} has no gate")
        if _changes_while_looking(request):
            raise NotAllowed(mark.right, _("You look as another user; nothing can be changed until you stop looking."))
        if mark == PUBLIC:
            return None
        if not request.user.is_authenticated:
            return _send_to_sign_in(request)
        if request.session.get(MUST_ENROL) and not _leads_to_a_device(request, view):
            return _send_to_devices(request)
        return self._enter(request, mark, view)

    def _enter(self, request: HttpRequest, mark: Gate, view: Any) -> HttpResponseBase | None:
        seat = request.seat  # type: ignore[attr-defined]
        if mark.right == SIGNED_IN.right:
            _check_proof(request, mark)
            return ask_or_pass(request) if mark.step_up else None
        if mark.right == OFFICE.right:
            # A back office that does not exist for you answers like any missing page.
            if seat is None or seat.role != "office" or not request.user.is_staff:
                raise Http404
            return ask_or_pass(request) if mark.step_up or _is_sensitive(request, view) else None
        if seat is None:
            raise no_seat(request, mark.right)
        if not may_pass(seat, mark):
            raise refused(seat, mark)
        _check_proof(request, mark)
        return ask_or_pass(request) if mark.step_up else None


def _check_proof(request: HttpRequest, mark: Gate) -> None:
    """What approves, exports or administers users is closed to who has opted out, and to who came in without proof."""
    if request.method in SAFE_METHODS or not mark.is_closed_without_proof:
        return
    # The choice may have ended since, here or in another browser; that makes no proof of a password.
    if WITHOUT_PROOF in request.session:
        words = _(
            "You signed in with your password alone, so this is closed here. Opt in under Settings, then sign in."
        )
        raise NotAllowed(mark.right, words)
    choice = waived(request.user.pk or 0, timezone.now())
    if choice is not None and choice.closes_sensitive_work:
        words = _("You have opted out of secure login, so this is closed to you. Opt in again under Settings.")
        raise NotAllowed(mark.right, words)


def _changes_while_looking(request: HttpRequest) -> bool:
    """Whether somebody who looks as another user wants to change something, other than to stop looking."""
    seat = getattr(request, "seat", None)
    is_looking = seat is not None and seat.behind is not None
    return is_looking and request.method not in SAFE_METHODS and request.path not in WAYS_BACK


def _is_sensitive(request: HttpRequest, view: Any) -> bool:
    """One address of the admin serves many acts, so its page says which of them are sensitive."""
    page = getattr(view, "model_admin", None)
    return request.method == "POST" and page is not None and bool(page.needs_step_up(request))


def _leads_to_a_device(request: HttpRequest, view: Any) -> bool:
    """Whether the page helps somebody whose days of grace are over to enrol a device, or to leave."""
    match = request.resolver_match
    return (match is not None and match.view_name in STAYS_OPEN) or view.__module__.startswith("auth2fa.")


def _send_to_devices(request: HttpRequest) -> HttpResponse:
    """Nothing else opens before a device is enrolled."""
    if request.path.startswith("/api/"):
        return HttpResponse(
            json.dumps(
                {"type": "about:blank", "title": _("Enrol a device on the portal's pages first."), "status": 403}
            ),
            status=403,
            content_type="application/problem+json",
        )
    address = reverse("devices:list")
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return redirect(address)


def _send_to_sign_in(request: HttpRequest) -> HttpResponseBase:
    """Pages go to the sign-in page, fragments are told to go there whole, machines get 401."""
    if request.path.startswith("/api/"):
        return HttpResponse(
            '{"type":"about:blank","title":"Not signed in","status":401}',
            status=401,
            content_type="application/problem+json",
        )
    answer = redirect_to_login(request.get_full_path())
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": answer["Location"]})
    return answer
