"""Agreed schedules in the back office: to look at. They are agreed with the client's signature, never typed in here."""

from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy as _

from accounts.ground.access.admin import ReadOnlyAdmin, RelatedFilter
from fees.engine.registry import words
from fees.proofs.words import method_title, tell
from fees.schedules.models import Component, Schedule
from fees.schedules.queries import terms_of


@admin.register(Schedule)
class ScheduleAdmin(ReadOnlyAdmin):
    """Every version that was ever in force, with who signed what."""

    words = _("Schedules")
    list_display = ["account", "practice", "version", "strategy", "fees", "starts", "ends", "signed_name", "firm"]
    list_filter = ["strategy", "starts", ("firm", RelatedFilter)]
    list_select_related = ["account", "practice", "firm"]
    search_fields = ["account__number__istartswith", "account__title", "signed_name", "document_hash__exact"]
    number_lookup = "account__number"
    search_help_text = _("Account number or title, name signed, or the signed document's hash")
    ordering = ["-starts", "account_id", "practice_id", "-version"]
    fields = [
        *("firm", "account", "practice", "version", "strategy", "terms", "starts", "ends"),
        *("signed_name", "signed_at", "document_hash", "agreed_at", "agreed_by"),
    ]

    def get_queryset(self, request: HttpRequest) -> "models.QuerySet[Any]":
        components = models.Prefetch(
            "components", queryset=Component.unscoped.select_related("schedule").order_by("id")
        )
        return super().get_queryset(request).prefetch_related(components)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fields

    def name_of(self, row: Any) -> str:
        return f"{row.account.number}, {row.practice.name}, {row.version}"

    @admin.display(description=_("Fees"))
    def fees(self, schedule: Any) -> str:
        return "; ".join(method_title(component.method) for component in schedule.components.all())

    @admin.display(description=_("Terms"))
    def terms(self, schedule: Any) -> str:
        """Every fee in the words that its proof uses."""
        lines = [(method_title(component.method), _words(component)) for component in schedule.components.all()]
        return format_html_join("", "<div><strong>{}</strong> {}</div>", lines)


def _words(component: Component) -> str:
    return " ".join(tell(sentence) for sentence in words(terms_of(component)))
