"""Money in and out in the back office: what was asked for, where it goes, and the files for the broker; to look at."""

from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from accounts.broker.funding.models import FundingFile, FundingRequest, SavedBank
from accounts.ground.access.admin import CurrencyFilter, ReadOnlyAdmin, RelatedFilter, money_column


@admin.register(FundingRequest)
class FundingRequestAdmin(ReadOnlyAdmin):
    """Every request with how far it has got."""

    words = _("Movements of money that were asked for")
    list_display = ["requested_on", "account", "kind", "method", money_column("amount", _("Amount")), "status", "firm"]
    list_filter = ["status", "kind", "method", CurrencyFilter, ("firm", RelatedFilter)]
    list_select_related = ["account", "firm"]
    search_fields = ["account__number__istartswith", "id__exact"]
    search_help_text = _("Account number, or the reference in the broker's file")
    ordering = ["-requested_on", "-asked_at"]
    fields = [
        *("firm", "account", "kind", "method", "currency", "amount", "usd", "available", "counter", "bank", "status"),
        *("is_by_advisor", "factor", "asked_by", "asked_at", "hold_until", "verified_by", "consented_by"),
        *("released_at", "file", "sent_at", "answered_at", "arrived_on", "ended_by", "ended_at", "reason"),
    ]

    def name_of(self, row: Any) -> str:
        return str(row)


@admin.register(SavedBank)
class SavedBankAdmin(ReadOnlyAdmin):
    """Banks by name; of the number the last signs."""

    words = _("Saved banks")
    list_display = ["name", "account", "method", "bank_name", "ending", "added_at", "deleted_at"]
    list_filter = ["method", ("firm", RelatedFilter)]
    list_select_related = ["account"]
    search_fields = ["account__number__istartswith"]
    search_help_text = _("Account number")
    ordering = ["-added_at"]
    fields = [
        "firm",
        "account",
        "name",
        "method",
        "bank_name",
        "holder",
        "ending",
        "added_by",
        "added_at",
        "deleted_at",
    ]
    readonly_fields = ["ending"]


@admin.register(FundingFile)
class FundingFileAdmin(ReadOnlyAdmin):
    """Files for the broker."""

    words = _("Files of movements")
    list_display = ["day", "firm", "name", "rows", "written_at", "sha256"]
    list_filter = ["day", ("firm", RelatedFilter)]
    list_select_related = ["firm"]
    search_fields = ["name__istartswith", "sha256__exact"]
    search_help_text = _("Beginning of the file's name, or its SHA-256")
    ordering = ["-written_at"]
