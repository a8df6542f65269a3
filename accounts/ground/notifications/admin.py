"""Notifications in the back office: what practices were told."""

from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from accounts.ground.access.admin import ReadOnlyAdmin, RelatedFilter
from accounts.ground.notifications.models import Notification
from accounts.ground.stored_words import said


@admin.register(Notification)
class NotificationAdmin(ReadOnlyAdmin):
    words = _("Notifications")
    list_display = ["day", "shown_title", "kind", "account", "practice", "created_at"]
    list_filter = ["kind", ("firm", RelatedFilter)]
    list_select_related = ["account", "practice"]
    search_fields = ["title", "account__number"]
    number_lookup = "account__number"
    ordering = ["-id"]

    def name_of(self, row: Any) -> str:
        return said(row.title)

    @admin.display(description=_("Title"), ordering="title")
    def shown_title(self, row: Any) -> str:
        return said(row.title)
