"""Messages owed, in the back office: what has left, what waits, what failed and why."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.ground.access.admin import ReadOnlyAdmin
from accounts.ground.outbox.actions import owe_again
from accounts.ground.outbox.models import Channel, OutboxMessage


class DeliveryFilter(admin.SimpleListFilter):
    """Where messages stand."""

    title = _("delivery")
    parameter_name = "delivery"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("waiting", _("Waiting")), ("delivered", _("Delivered")), ("failed", _("Failed"))]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        return {
            "waiting": queryset.filter(delivered_at__isnull=True, failed_at__isnull=True),
            "delivered": queryset.filter(delivered_at__isnull=False),
            "failed": queryset.filter(failed_at__isnull=False, delivered_at__isnull=True),
        }.get(self.value() or "", queryset)


@admin.register(OutboxMessage)
class OutboxMessageAdmin(ReadOnlyAdmin):
    words = _("Messages owed")
    list_display = ["created_at", "channel", "recipient", "subject", "delivery", "attempts", "due_at", "last_error"]
    list_filter = [DeliveryFilter, "channel"]
    search_fields = ["recipient", "subject"]
    ordering = ["-created_at"]
    actions = ["retry"]

    def name_of(self, row: Any) -> str:
        return row.subject or row.recipient

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """The text of a message that may open a sign-in is its recipient's alone; a file for the broker names banks."""
        fields = super().get_fields(request, obj)
        is_hidden = obj is None or obj.is_secret or obj.channel == Channel.FILE
        return [name for name in fields if name != "body"] if is_hidden else fields

    @admin.display(description=_("Delivery"))
    def delivery(self, message: Any) -> Any:
        if message.delivered_at:
            return _("Delivered")
        return _("Failed") if message.failed_at else _("Waiting")

    def row_actions(self, request: HttpRequest, row: Any) -> list[str]:
        return [] if row.delivered_at else ["retry"]

    @admin.action(description=_("Try again now"))
    def retry(self, request: HttpRequest, rows: "QuerySet[OutboxMessage]") -> None:
        """The next round of deliveries takes it up."""
        again = owe_again(rows, at=timezone.now())
        words = ngettext("%(count)d message will be tried again.", "%(count)d messages will be tried again.", again)
        self.message_user(request, words % {"count": again}, messages.SUCCESS if again else messages.WARNING)
