"""Pages speak the signed-in person's language, dates and times, and are nobody else's to keep."""

import zoneinfo
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone, translation

from accounts.ground.writing import written_as
from portal.preferences.queries import forms_of
from portal.preferences.zones import zone_or_usual

DOOR = "/sign-in/"


class PersonalWords:
    """Runs after authentication; before sign-in the cookie and Accept-Language decide (LocaleMiddleware)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self.known = dict(settings.LANGUAGES)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        user = request.user
        if not user.is_authenticated:
            return self.get_response(request)
        if user.language in self.known:
            translation.activate(user.language)
            request.LANGUAGE_CODE = user.language
        zone = zoneinfo.ZoneInfo(zone_or_usual(user.timezone))
        with timezone.override(zone), written_as(forms_of(request)):
            return self.get_response(request)


class PrivatePages:
    """Says of every answer to a person that no cache may keep it for others and that a browser asks before showing it.

    `no-cache` and not `no-store`, so that going back stays instant; what must not even stay in the browser's own memory
    says so itself, and so do the pages of the door, whose addresses may open something.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        was_signed_in = request.user.is_authenticated
        response = self.get_response(request)
        is_signed_in = SESSION_KEY in request.session
        if request.path.startswith(DOOR) or getattr(request, "vault", None) is not None:
            response["Cache-Control"] = "private, no-store"
        elif (was_signed_in or is_signed_in) and not response.has_header("Cache-Control"):
            response["Cache-Control"] = "private, no-cache"
        if was_signed_in and not is_signed_in:
            # Not the storage: a phone keeps its key there, and the portal nothing else.
            response["Clear-Site-Data"] = '"cache"'
        return response
