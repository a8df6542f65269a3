"""Charges in the back office: what became of each, its inputs, and whether it works out again."""

import re
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from accounts.ground.access.admin import CurrencyFilter, ReadOnlyAdmin, RelatedFilter, money_column
from accounts.ground.amounts import money_words
from fees.engine.registry import EVERY
from fees.posting.models import Charge
from fees.proofs.actions import recompute_charge
from fees.proofs.queries import proof
from fees.proofs.words import method_title, tell


class MethodFilter(admin.SimpleListFilter):
    """Methods by their names; the rows know codes."""

    title = _("method")
    parameter_name = "method"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(str(code), method_title(code)) for code in EVERY]

    def queryset(self, request: HttpRequest, queryset: "models.QuerySet[Any]") -> "models.QuerySet[Any]":
        chosen = next((code for code in EVERY if str(code) == self.value()), None)
        return queryset if chosen is None else queryset.filter(method=chosen)


@admin.register(Charge)
class ChargeAdmin(ReadOnlyAdmin):
    words = _("Charges")
    totals = ("amount", "currency")
    list_display = [
        *("period_end_day", "account", "method_title", money_column("amount", _("Amount")), "state", "posted_on"),
        *("practice", "firm"),
    ]
    list_filter = ["state", "reason", MethodFilter, "period_end_day", CurrencyFilter, ("firm", RelatedFilter)]
    list_select_related = ["account", "practice", "firm"]
    search_fields = ["account__number__istartswith", "account__title"]
    number_lookup = "account__number"
    search_help_text = _("Account number or title, or the id or fingerprint of the charge")
    ordering = ["-period_end_day", "id"]
    fields = [
        *("firm", "account", "practice", "method_title", "starts", "ends", "period_end_day"),
        *("currency", "exact", "amount", "state", "reason", "due_on", "posted_on", "retry_until"),
        *("story", "inputs_shown", "fingerprint", "verdict", "created_at"),
    ]

    def get_search_results(
        self, request: HttpRequest, queryset: "models.QuerySet[Any]", search_term: str
    ) -> "tuple[models.QuerySet[Any], bool]":
        """An id or a fingerprint finds its charge. Django would read `id__exact` as the column `exact`."""
        term = search_term.strip().lower()
        if re.fullmatch(r"[0-9a-f]{64}", term):
            return queryset.filter(fingerprint=term), False
        if re.fullmatch(r"[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}", term):
            return queryset.filter(pk=UUID(term)), False
        return super().get_search_results(request, queryset, search_term)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fields

    def name_of(self, row: Any) -> str:
        return f"{row.account.number}, {row.period_end_day}: {money_words(row.amount, row.currency)}"

    @admin.display(description=_("Method"), ordering="method")
    def method_title(self, charge: Any) -> str:
        return method_title(charge.method)

    @admin.display(description=_("How it was worked out"))
    def story(self, charge: Any) -> str:
        return format_html_join("", "<div>{}</div>", ((tell(sentence),) for sentence in proof(charge).story))

    @admin.display(description=_("What it was worked out from"))
    def inputs_shown(self, charge: Any) -> str:
        return format_html("<pre>{}</pre>", charge.inputs)

    @admin.display(description=_("Worked out again"))
    def verdict(self, charge: Any) -> str:
        verdict = recompute_charge(charge)
        if verdict.agrees:
            return str(_("It agrees."))
        if verdict.problem:
            return tell(verdict.problem)
        return format_html("{} {}", _("It differs."), money_words(verdict.amount, charge.currency))
