"""Devices in the back office: what people prove with, opening one that was closed, ending one that was lost."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.ground.access.admin import ReadOnlyAdmin
from auth2fa.devices import actions, ending
from auth2fa.devices.models import Device, Ending


def person(request: HttpRequest) -> int:
    """Who acts; the gate lets only signed-in people of the back office come this far."""
    assert request.user.pk is not None
    return request.user.pk


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
        """The person is told at once, in case somebody else has asked for it; a last device waits for a second one."""
        chosen = list(devices.filter(revoked_at=None))
        ended = sum(ending.end(device=one, by=person(request), at=timezone.now()) for one in chosen)
        if waiting := len(chosen) - ended:
            words = ngettext(
                "%(count)d is its owner's only device: another person of the back office decides under “Last devices”.",
                "%(count)d are their owners' only devices: another person of the back office decides under “Last"
                " devices”.",
                waiting,
            )
            self.message_user(request, words % {"count": waiting}, messages.WARNING)
            if not ended:
                return
        words = ngettext("%(count)d device was ended.", "%(count)d devices were ended.", ended)
        self.message_user(request, words % {"count": ended}, messages.SUCCESS if ended else messages.WARNING)


class WaitingFilter(admin.SimpleListFilter):
    """Whether a second person has decided."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("waiting", _("Waiting for a second person")), ("decided", _("Decided"))]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        return queryset.filter(decided_at__isnull=self.value() == "waiting") if self.value() else queryset


@admin.register(Ending)
class EndingAdmin(ReadOnlyAdmin):
    """Last devices that somebody of the back office asks to end; somebody else makes sure of the person and ends it."""

    words = _("Last devices")
    list_display = ["user", "device", "state", "asked_by", "asked_at", "decided_by", "decided_at"]
    list_filter = [WaitingFilter]
    list_select_related = ["user", "device", "asked_by", "decided_by"]
    search_fields = ["user__username"]
    ordering = ["-asked_at"]
    actions = ["approve", "decline"]
    sensitive_actions = ("approve", "decline")
    fields = ("user", "device", "state", "asked_by", "asked_at", "decided_by", "decided_at")

    @admin.display(description=_("State"))
    def state(self, row: Any) -> Any:
        if row.decided_at is None:
            return _("Waiting for a second person")
        return _("Ended") if row.is_ended else _("Declined")

    def row_actions(self, request: HttpRequest, row: Any) -> list[str]:
        if row.decided_at is not None:
            return []
        return ["decline"] if row.asked_by_id == request.user.pk else ["approve", "decline"]

    @admin.action(description=_("End the device, as the second person"))
    def approve(self, request: HttpRequest, endings: "QuerySet[Ending]") -> None:
        """Whoever decides has made sure of the person anew, on a number or in a call of their own."""
        self._each(request, endings, ending.approve)

    @admin.action(description=_("Leave the device"))
    def decline(self, request: HttpRequest, endings: "QuerySet[Ending]") -> None:
        """Also for whoever asked and was wrong."""
        self._each(request, endings, ending.decline)

    def _each(self, request: HttpRequest, endings: "QuerySet[Ending]", decide: Any) -> None:
        for one in endings.select_related("device"):
            try:
                decide(ending=one, by=person(request), at=timezone.now())
            except actions.DeviceProblem as problem:
                words = _(problem.sentence.msgid) % problem.sentence.params
                self.message_user(request, f"{one.device.name}: {words}", messages.ERROR)
            else:
                self.message_user(request, _("%(device)s: decided.") % {"device": one.device.name}, messages.SUCCESS)
