"""The back office as one admin site: the portal's own frame and door, and a menu grouped as people speak of it."""

from collections.abc import Iterable
from typing import Any

from allauth.account.utils import get_next_redirect_url
from django.contrib import admin
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.ground.access.admin import OfficeAdmin, is_office
from accounts.ground.trail.tables import TABLES
from portal.office.digest import digest_of
from portal.office.names import speak
from portal.office.queries import desk

# Libraries whose own pages are left out: rights are seats, e-mail is a field of the user, and the time table has pages
# of ours (portal.office.admin), because its own need inline scripts.
LEFT_OUT = ("auth", "account", "django_celery_beat")

# A model that is named nowhere stands in the group of its app.
GROUPS: tuple[tuple[str, Any, tuple[str, ...], tuple[str, ...]], ...] = (
    (
        "people",
        _("People"),
        (
            "accounts.user",
            "accounts.seat",
            "accounts.party",
            "accounts.clientright",
            "auth2fa.device",
            "auth2fa.ending",
            "auth2fa.stockedcard",
            "auth2fa.firmwithouttexts",
        ),
        (),
    ),
    ("tree", _("Tree"), ("accounts.firm", "accounts.practice", "accounts.account"), ()),
    (
        "night",
        _("Night"),
        (
            "accounts.run",
            "accounts.runchunk",
            "accounts.hold",
            "accounts.nightdecision",
            "accounts.seal",
            "accounts.calendarday",
        ),
        (),
    ),
    ("feed", _("Statements"), (), ("broker",)),
    ("tools", _("Tools"), (), ("tools",)),
    ("money", _("Money"), ("accounts.transfer", "accounts.book"), ("fees",)),
    ("waiting", _("Waiting"), ("accounts.request", "accounts.notification", "accounts.event"), ()),
    (
        "machine",
        _("Machinery"),
        ("accounts.outboxmessage", "accounts.job", "accounts.idempotencykey", "accounts.trailentry"),
        ("accounts", "django_celery_beat"),
    ),
)


class OfficeSite(admin.AdminSite):
    """Who may enter follows from the seat; how one signs in is the portal's business."""

    site_header = _("Back office")
    site_title = _("Advisor Portal")
    index_title = _("Back office")
    enable_nav_sidebar = False
    empty_value_display = "\N{EM DASH}"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Where rows may be deleted at all, it is one at a time.
        self.disable_action("delete_selected")

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        models = model_or_iterable if isinstance(model_or_iterable, Iterable) else [model_or_iterable]
        is_ours = admin_class is not None and issubclass(admin_class, OfficeAdmin)
        wanted = [model for model in models if is_ours or model._meta.app_label not in LEFT_OUT]
        for model in (*wanted, *(inline.model for inline in getattr(admin_class, "inlines", ()))):
            speak(model)
        super().register(wanted, admin_class, **options)

    def has_permission(self, request: HttpRequest) -> bool:
        return is_office(request) and request.user.is_active

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """No second door: whoever is not in the back office signs in where everybody does."""
        onward = get_next_redirect_url(request, REDIRECT_FIELD_NAME) or reverse("admin:index", current_app=self.name)
        if self.has_permission(request):
            return HttpResponseRedirect(onward)
        return redirect_to_login(onward)

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        return HttpResponseRedirect(resolve_url("account_logout"))

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        return HttpResponseRedirect(resolve_url("account_change_password"))

    def password_change_done(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        return HttpResponseRedirect(resolve_url("account_change_password"))

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        return {**super().each_context(request), "trail_tables": TABLES}

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        found = desk(timezone.now())
        told = digest_of(found["run"]) if found["run"] else ""
        return super().index(request, {"desk": found, "digest": told, **(extra_context or {})})

    def app_index(self, request: HttpRequest, app_label: str, extra_context: dict[str, Any] | None = None) -> Any:
        """Apps are our business, not the reader's: the front page has the groups."""
        return HttpResponseRedirect(reverse("admin:index", current_app=self.name))

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[dict[str, Any]]:
        """The groups, each model under its words; Django's own list is by app."""
        apps = super().get_app_list(request)
        found = {one["model"]._meta.label_lower: one for app in apps for one in app["models"]}
        by_app = {app["app_label"]: [one["model"]._meta.label_lower for one in app["models"]] for app in apps}
        named = {label for _key, _name, labels, _apps in GROUPS for label in labels}
        groups = []
        for key, name, labels, app_labels in GROUPS:
            rest = [label for app in app_labels for label in by_app.get(app, []) if label not in named]
            models = [self._worded(found[label]) for label in (*labels, *rest) if label in found]
            if models:
                groups.append(
                    {"name": name, "app_label": key, "app_url": "", "has_module_perms": True, "models": models}
                )
        return groups

    def _worded(self, entry: dict[str, Any]) -> dict[str, Any]:
        words = getattr(self._registry[entry["model"]], "words", "")
        return {**entry, "name": words} if words else entry
