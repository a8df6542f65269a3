"""Every address of the portal: each app is mounted once, below."""

from allauth.account import urls as account_urls
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from accounts.ground.access.gates import OFFICE, PUBLIC, SIGNED_IN, gate_of, gated
from portal.health import health
from portal.shell.menu import alias_patterns

# What one must reach without being signed in; every other page of allauth asks for a sign-in.
_OPEN_ACCOUNT_PAGES = {
    "account_login",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
}
_account = list(account_urls.urlpatterns)
gated(PUBLIC, [page for page in _account if page.name in _OPEN_ACCOUNT_PAGES])
gated(SIGNED_IN, [page for page in _account if page.name not in _OPEN_ACCOUNT_PAGES and gate_of(page.callback) is None])

_admin_pages, _admin_app, _admin_name = admin.site.urls

urlpatterns: list[URLPattern | URLResolver] = [
    path("health", health),
    path("sign-in/", include(_account)),
    path("office/nights/", include("portal.office.urls")),
    path("office/", (gated(OFFICE, _admin_pages), _admin_app, _admin_name)),
    path("api/", include("portal.api")),
    path("", include("portal.dashboard.urls")),
    path("", include("portal.records.urls")),
    path("", include("portal.statements.urls")),
    path("", include("portal.clients.urls")),
    path("", include("portal.structure.urls")),
    path("", include("fees.urls")),
    path("", include("accounts.ground.applications.urls")),
    path("", include("accounts.desk.seats.urls")),
    path("", include("accounts.desk.messages.urls")),
    path("", include("portal.shell.urls")),
    *alias_patterns(),
]
