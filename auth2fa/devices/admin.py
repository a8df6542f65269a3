"""Devices in the back office: what people prove with, opening one that was closed, ending one that was lost."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.ground.access.admin import ReadOnlyAdmin
from auth2fa.devices import actions
from auth2fa.devices.models import Device


class StateFilter(admin.SimpleListFilter):
    """Where devices stand."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("active", _("Active")), ("off", _("Switched off")), ("revoked", _("Revoked"))]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        return {
            "active": queryset.filter(confirmed_at__isnull=False, disabled_at=None, revoked_at=None),
            "off": queryset.filter(disabled_at__isnull=False, revoked_at=None),
            "revoked": queryset.filter(revoked_at__isnull=False),
        }.get(self.value() or "", queryset)


@admin.register(Device)
class DeviceAdmin(ReadOnlyAdmin):
    """Of a device's secrets nothing is shown, not even sealed."""

    words = _("Secure login devices")
    list_display = ["user", "kind", "name", "state", "created_at", "confirmed_at", "last_used_at"]
    list_filter = [StateFilter, "kind"]
    list_select_related = ["user"]
    search_fields = ["user__username", "name", "serial"]
    ordering = ["user__username", "kind"]
    actions = ["open_again", "end"]
    sensitive_actions = ("open_again", "end")
    fields = (
        *("user", "kind", "name", "serial", "state", "created_at", "activate_by", "confirmed_at", "trusted_at"),
        *("last_used_at", "wrong", "locked_until", "disabled_at", "revoked_at"),
    )

    @admin.display(description=_("State"))
    def state(self, device: Any) -> Any:
        if device.revoked_at:
            return _("Revoked")
        if device.disabled_at:
            return _("Switched off")
        return _("Active") if device.confirmed_at else _("Waiting to be activated")

    def row_actions(self, request: HttpRequest, row: Any) -> list[str]:
        if row.revoked_at:
            return []
        return ["open_again", "end"] if row.disabled_at or row.locked_until else ["end"]

    @admin.action(description=_("Open again after wrong answers"))
    def open_again(self, request: HttpRequest, devices: "QuerySet[Device]") -> None:
        """Whoever asks for it has proved to the back office who they are; sensitive tasks wait a day nevertheless."""
        opened = sum(actions.open_again(device=one, at=timezone.now()) for one in devices)
        words = ngettext("%(count)d device is open again.", "%(count)d devices are open again.", opened)
        self.message_user(request, words % {"count": opened}, messages.SUCCESS if opened else messages.WARNING)

    @admin.action(description=_("End a lost device"))
    def end(self, request: HttpRequest, devices: "QuerySet[Device]") -> None:
        """The person is told at once, in case somebody else has asked for it."""
        ended = 0
        for one in devices.filter(revoked_at=None):
            actions.revoke(device=one, at=timezone.now(), by_office=True)
            ended += 1
        words = ngettext("%(count)d device was ended.", "%(count)d devices were ended.", ended)
        self.message_user(request, words % {"count": ended}, messages.SUCCESS if ended else messages.WARNING)
