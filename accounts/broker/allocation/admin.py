"""Block trades and allocations in the back office: to read. A break waits among the requests."""

from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from accounts.broker.allocation.models import Allocation, AllocationShare, Block
from accounts.ground.access.admin import ReadOnlyAdmin, ReadOnlyInline, RelatedFilter


class ShareInline(ReadOnlyInline):
    model = AllocationShare
    fields = ["number", "weight", "quantity", "left_out"]
    readonly_fields = fields
    show_change_link = False
    ordering = ["number"]


@admin.register(Block)
class BlockAdmin(ReadOnlyAdmin):
    words = _("Block trades")
    list_display = ["traded_on", "account", "side", "symbol", "quantity", "lot", "price", "withdrawn_at"]
    list_filter = ["traded_on", "asset", ("firm", RelatedFilter)]
    list_select_related = ["account"]
    search_fields = ["account__number__istartswith", "symbol__exact"]
    search_help_text = _("Account number or symbol")
    ordering = ["-traded_on", "id"]


@admin.register(Allocation)
class AllocationAdmin(ReadOnlyAdmin):
    words = _("Allocations")
    list_display = ["made_at", "block", "version", "method", "quantity", "state", "ended_at", "why_ended"]
    list_filter = ["state", "method", ("firm", RelatedFilter)]
    list_select_related = ["block"]
    search_fields = ["block__symbol__exact"]
    search_help_text = _("Symbol")
    ordering = ["-made_at", "id"]
    inlines = [ShareInline]

    def name_of(self, row: Any) -> str:
        return f"{row.block} {row.version}"
