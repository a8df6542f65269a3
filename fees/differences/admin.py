"""Differences between agreements and bills in the back office: to look at; a night opens and ends them."""

from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from accounts.ground.access.admin import CurrencyFilter, ReadOnlyAdmin, RelatedFilter, money_column
from fees.differences.models import Difference
from fees.differences.words import told


@admin.register(Difference)
class DifferenceAdmin(ReadOnlyAdmin):
    """Every difference that a night has found."""

    words = _("Differences")
    list_display = [
        *("day", "account", "reason", money_column("expected", _("Agreed")), money_column("found", _("Charged"))),
        *("ended_on", "practice", "firm"),
    ]
    list_filter = ["reason", "day", "ended_on", CurrencyFilter, ("firm", RelatedFilter)]
    list_select_related = ["account", "practice", "firm"]
    search_fields = ["account__number__istartswith", "account__title"]
    number_lookup = "account__number"
    search_help_text = _("Account number or title")
    ordering = ["-day", "id"]
    fields = [
        *("firm", "account", "practice", "reason", "story", "currency", "expected", "found", "subject", "day"),
        "ended_on",
    ]

    def get_readonly_fields(self, request: Any, obj: Any = None) -> Any:
        return self.fields

    def name_of(self, row: Any) -> str:
        return f"{row.account.number}, {row.day}: {row.get_reason_display()}"

    @admin.display(description=_("What differs"))
    def story(self, row: Any) -> str:
        return told(row).words
