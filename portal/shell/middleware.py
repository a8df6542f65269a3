"""Pages speak the signed-in person's language, write days in their form and show times in their zone."""

import zoneinfo
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone, translation

from accounts.ground.dates import current_form
from portal.preferences.queries import form_of_dates


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
        try:
            zone = zoneinfo.ZoneInfo(user.timezone)
        except (KeyError, ValueError):
            zone = zoneinfo.ZoneInfo(settings.TIME_ZONE)
        token = current_form.set(form_of_dates(request))
        try:
            with timezone.override(zone):
                return self.get_response(request)
        finally:
            current_form.reset(token)
