"""What invoices and reimbursements look like in the back office."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.ground.access.admin import CurrencyFilter, ReadOnlyAdmin, RelatedFilter, money_column


class SentLineAdmin(ReadOnlyAdmin):
    """What became of every line; advisors send them and nights pay them."""

    totals = ("amount", "currency")
    list_display = [
        *("business_day", "account", money_column("amount", _("Amount")), "memo", "state", "reason"),
        *("practice", "firm"),
    ]
    list_filter = ["state", "reason", "business_day", CurrencyFilter, ("firm", RelatedFilter)]
    list_select_related = ["account", "practice", "firm"]
    search_fields = ["account__number__istartswith", "account__title", "memo"]
    number_lookup = "account__number"
    search_help_text = _("Account number or title, or words of the memo")
    ordering = ["-business_day", "account_id", "id"]
    fields = [
        *("firm", "account", "practice", "currency", "amount", "memo", "business_day", "state", "reason"),
        *("submitted_at", "submitted_by", "changed_at", "processed_on"),
    ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fields

    def name_of(self, row: Any) -> str:
        return f"{row.account.number}, {row.business_day}"
