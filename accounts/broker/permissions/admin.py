"""Requests for trading permissions in the back office: where each stands, and which wait longer than is usual."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy

from accounts.broker.permissions.models import PermissionRequest, PermissionState
from accounts.broker.products.rules import Permission, permission_words
from accounts.ground.access.admin import ReadOnlyAdmin, RelatedFilter


class OverdueFilter(admin.SimpleListFilter):
    """Those whose review has passed the 48 business hours; that decides nothing."""

    title = gettext_lazy("review")
    parameter_name = "overdue"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", gettext_lazy("Overdue"))]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        late = {"state": PermissionState.REVIEW, "due_at__lte": timezone.now()}
        return queryset.filter(**late) if self.value() == "yes" else queryset


@admin.register(PermissionRequest)
class PermissionRequestAdmin(ReadOnlyAdmin):
    """The level above decides; the broker's own approvals stand under trading permissions."""

    words = gettext_lazy("Requests for trading permissions")
    list_display = ["account", "asked_for", "state", "asked_at", "signed_at", "due_at", "overdue", "decided_at"]
    list_filter = [OverdueFilter, "state", "node_kind", ("firm", RelatedFilter)]
    list_select_related = ["account"]
    search_fields = ["account__number__istartswith"]
    number_lookup = "account__number"
    search_help_text = gettext_lazy("Account number")
    ordering = ["-asked_at", "pk"]
    fields = [
        *("firm", "account", "asked_for", "objective", "experience", "income", "net_worth", "liquid_worth", "state"),
        *("asked_at", "signed_name", "signed_at", "due_at", "document", "document_hash", "decided_at", "reason"),
    ]
    readonly_fields = ["asked_for"]

    @admin.display(description=gettext_lazy("Asked for"))
    def asked_for(self, row: Any) -> str:
        return "; ".join(permission_words(one) for one in map(Permission.read, row.wanted) if one)

    @admin.display(description=gettext_lazy("Overdue"), boolean=True)
    def overdue(self, row: Any) -> bool:
        return row.is_overdue(timezone.now())
