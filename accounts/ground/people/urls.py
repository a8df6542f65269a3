"""The addresses of signing in. Of allauth's pages only these are mounted; every other answers like a missing page."""

from typing import NoReturn

from allauth.account import views
from django.http import Http404, HttpRequest
from django.urls import URLPattern, URLResolver, path, re_path

from accounts.ground.access.gates import PUBLIC, SIGNED_IN, gate, gated


@gate(PUBLIC)
def closed(request: HttpRequest) -> NoReturn:
    """A page that allauth leads to and the portal does not have: a first password comes from the back office."""
    raise Http404


urlpatterns: list[URLPattern | URLResolver] = [
    *gated(
        PUBLIC,
        [
            path("login/", views.login, name="account_login"),
            path("password/reset/", views.password_reset, name="account_reset_password"),
            path("password/reset/done/", views.password_reset_done, name="account_reset_password_done"),
            re_path(
                r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]{1,13})-(?P<key>[^/\x00]+)/$",
                views.password_reset_from_key,
                name="account_reset_password_from_key",
            ),
            path(
                "password/reset/key/done/",
                views.password_reset_from_key_done,
                name="account_reset_password_from_key_done",
            ),
        ],
    ),
    *gated(
        SIGNED_IN,
        [
            path("logout/", views.logout, name="account_logout"),
            path("reauthenticate/", views.reauthenticate, name="account_reauthenticate"),
            path("password/change/", views.password_change, name="account_change_password"),
        ],
    ),
    path("password/set/", closed, name="account_set_password"),
]
