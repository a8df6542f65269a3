"""Idempotency keys in the back office, to look up what a repeated request was answered with."""

from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from accounts.ground.access.admin import ReadOnlyAdmin
from accounts.ground.idempotency.models import IdempotencyKey


@admin.register(IdempotencyKey)
class IdempotencyKeyAdmin(ReadOnlyAdmin):
    words = _("Idempotency keys")
    list_display = ["created_at", "user_id", "route", "key", "status"]
    list_filter = ["status"]
    search_fields = ["key", "user_id__exact"]
    search_help_text = _("Key, or id of the user")
    ordering = ["-id"]

    def name_of(self, row: Any) -> str:
        return row.key
