"""Obeys the gates: looks up the mark of the resolved view and refuses what is unmarked or not the visitor's."""

import json
from collections.abc import Callable
from typing import Any

from django.contrib.auth import logout
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
from accounts.ground.optouts.rules import WITHOUT_PROOF, Waived
from auth2fa.door.adapter import MUST_ENROL
from auth2fa.stepup.views import ask_or_pass

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
STAYS_OPEN = ("account_logout", "account_change_password", "account_reauthenticate", "shell:language")
WAYS_BACK = ("/seen-as/stop/", "/sign-in/logout/")
# Papers that are shown in the browser are files as well.
PAPERS = ("application/pdf", "application/zip", "text/csv")


class UnmarkedView(RuntimeError):
    """A view without a gate; a mistake of ours, so it is loud."""


class Gates:
    """Runs after the request context, so a seat is known."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        # Pages that show a part of a file ask before they do.
        request.may_have_files = lambda: not _is_unproved(request)  # type: ignore[attr-defined]
        answer = self.get_response(request)
        if _is_file(answer) and request.user.is_authenticated and _is_unproved(request):
            raise NotAllowed("view", _closed_words())
        return answer

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
        if _has_lost_its_ground(request):
            return _end(request)
        if _is_by_token(request) and request.method not in SAFE_METHODS and view.__module__.startswith("auth2fa."):
            raise NotAllowed(mark.right, _("A token changes nothing of secure login. Sign in and do it yourself."))
        if request.session.get(MUST_ENROL) and not _leads_to_a_device(request, view):
            return _send_to_devices(request)
        return self._enter(request, mark, view)

    def _enter(self, request: HttpRequest, mark: Gate, view: Any) -> HttpResponseBase | None:
        seat = request.seat  # type: ignore[attr-defined]
        if mark.right == SIGNED_IN.right:
            _check_proof(request, mark)
            return ask_or_pass(request, mark) if mark.step_up else None
        if mark.right == OFFICE.right:
            # A back office that does not exist for you answers like any missing page.
            if seat is None or seat.role != "office" or not request.user.is_staff:
                raise Http404
            return ask_or_pass(request, mark) if mark.step_up or _is_sensitive(request, view) else None
        if seat is None:
            raise no_seat(request, mark.right)
        if not may_pass(seat, mark):
            raise refused(seat, mark)
        _check_proof(request, mark)
        return ask_or_pass(request, mark) if mark.step_up else None


def _check_proof(request: HttpRequest, mark: Gate) -> None:
    """What approves, exports or administers users is closed to who has opted out."""
    if mark.is_closed_without_proof(reads=request.method in SAFE_METHODS) and _is_unproved(request):
        raise NotAllowed(mark.right, _closed_words())


def _is_unproved(request: HttpRequest) -> bool:
    choice = _choice(request)
    return choice is not None and choice.closes_sensitive_work


def _closed_words() -> str:
    return _("You have opted out of secure login, so this is closed to you. Opt in again under Settings.")


def _choice(request: HttpRequest) -> Waived | None:
    """What the person does without; asked once a request."""
    if not hasattr(request, "waived"):
        request.waived = waived(request.user.pk or 0, timezone.now())  # type: ignore[attr-defined]
    return request.waived  # type: ignore[attr-defined]


def _is_file(answer: HttpResponseBase) -> bool:
    kept = answer.get("Content-Disposition", "").startswith("attachment")
    return kept or answer.get("Content-Type", "").startswith(PAPERS)


def _is_by_token(request: HttpRequest) -> bool:
    return getattr(request.seat, "token_id", None) is not None  # type: ignore[attr-defined]


def _has_lost_its_ground(request: HttpRequest) -> bool:
    """Whether a session that began with the password alone goes on although its person would be asked for more now.

    The choice may have ended or become a lesser one, its network restriction may be gone, the role may be another.
    """
    if _is_by_token(request) or WITHOUT_PROOF not in request.session:
        return False
    choice = _choice(request)
    return choice is None or not choice.opens_the_door


def _end(request: HttpRequest) -> HttpResponseBase:
    logout(request)
    answer = _send_to_sign_in(request)
    answer.keeps = True  # type: ignore[attr-defined]  # the session has ended
    return answer


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
