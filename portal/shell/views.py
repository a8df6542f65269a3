"""The frame's own small pages: fold the menu, choose theme and language, help."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import check_for_language
from django.views.decorators.http import require_POST

from accounts.ground.access.gates import PUBLIC, SIGNED_IN, gate
from accounts.ground.people.models import Theme, User
from portal.preferences.actions import choose_language

YEAR = 365 * 24 * 3600


@gate(SIGNED_IN)
@require_POST
def fold(request: HttpRequest) -> HttpResponse:
    """Remember whether this person's menu is folded."""
    User.objects.filter(pk=request.user.pk).update(menu_is_folded=request.POST.get("folded") == "1")
    return back(request)


@gate(PUBLIC)
@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Remember the theme: with the person when signed in, in a cookie before."""
    chosen = request.POST.get("theme", "")
    if chosen not in Theme.values:
        return back(request)
    if request.user.is_authenticated:
        User.objects.filter(pk=request.user.pk).update(theme=chosen)
    return _remember(back(request), "theme", chosen)


@gate(PUBLIC)
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Remember the language and show the same page, with the same query, in it."""
    chosen = request.POST.get("language", "")
    if chosen not in dict(settings.LANGUAGES) or not check_for_language(chosen):
        return back(request)
    if request.user.is_authenticated:
        choose_language(user_id=request.user.pk, language=chosen)
    return _remember(back(request), settings.LANGUAGE_COOKIE_NAME, chosen)


@gate(SIGNED_IN)
def help_page(request: HttpRequest) -> HttpResponse:
    """How the portal is used, on one page."""
    return render(request, "shell/help.html")


def back(request: HttpRequest, *, without: str = "") -> HttpResponse:
    """Where the small form stood, one part of its address left out if it is named; nothing for a fragment."""
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204)
    onward = request.POST.get("next", "/")
    if without and f"{without}=" in onward:
        path, _mark, said = onward.partition("?")
        query = QueryDict(said, mutable=True)
        query.pop(without, None)
        onward = f"{path}?{query.urlencode()}" if query else path
    allowed = url_has_allowed_host_and_scheme(onward, {request.get_host()}, require_https=request.is_secure())
    return HttpResponseRedirect(onward if allowed else "/")


def _remember(response: HttpResponse, name: str, value: str) -> HttpResponse:
    response.set_cookie(
        name,
        value,
        max_age=YEAR,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response
