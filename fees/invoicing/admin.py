"""Invoice limits and invoices in the back office: to look at. Limits are agreed with the client's signature, invoices
are sent by advisors and paid by nights."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.ground.access.admin import ReadOnlyAdmin, RelatedFilter, shown_money
from accounts.ground.amounts import NOTHING, number_words
from fees.invoicing.models import Invoice, InvoiceCap
from fees.sending.admin import SentLineAdmin


@admin.register(InvoiceCap)
class InvoiceCapAdmin(ReadOnlyAdmin):
    """Every limit that was ever in force, with who signed what."""

    words = _("Invoice limits")
    list_display = ["account", "practice", "version", "kind", "shown_rate", "shown_amount", "starts", "ends", "firm"]
    list_filter = ["kind", "starts", ("firm", RelatedFilter)]
    list_select_related = ["account", "practice", "firm"]
    search_fields = ["account__number__istartswith", "account__title", "signed_name", "document_hash__exact"]
    number_lookup = "account__number"
    search_help_text = _("Account number or title, name signed, or the signed document's hash")
    ordering = ["-starts", "account_id", "practice_id", "-version"]
    fields = [
        *("firm", "account", "practice", "version", "kind", "shown_rate", "shown_amount", "starts", "ends"),
        *("signed_name", "signed_at", "document_hash", "agreed_at", "agreed_by"),
    ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fields

    def name_of(self, row: Any) -> str:
        return f"{row.account.number}, {row.practice.name}, {row.version}"

    @admin.display(description=_("Rate a year"), ordering="rate")
    def shown_rate(self, cap: Any) -> str:
        return NOTHING if cap.rate is None else str(_("%(number)s%%") % {"number": number_words(cap.rate * 100, 2)})

    @admin.display(description=_("Amount a period"), ordering="amount")
    def shown_amount(self, cap: Any) -> SafeString:
        return shown_money(cap.amount, cap.account.base_currency)


@admin.register(Invoice)
class InvoiceAdmin(SentLineAdmin):
    """What became of every invoice."""

    words = _("Invoices")
    fields = [*SentLineAdmin.fields, "upload"]
