"""The books in the back office: to read and to add up, never to write."""

from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.db import models
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.ground.access.admin import (
    CurrencyFilter,
    ReadOnlyAdmin,
    RelatedFilter,
    money_column,
    rows_of,
    shown_money,
)
from accounts.ground.amounts import money_words
from accounts.ground.ledger.models import Book, Transfer


def _sum_of(side: str) -> Coalesce:
    """What passed a book on one side."""
    moves = rows_of(Transfer).filter(**{side: models.OuterRef("pk")}).order_by().values(side)
    total = models.Subquery(moves.annotate(total=models.Sum("amount")).values("total"))
    return Coalesce(total, Decimal(0), output_field=models.DecimalField(max_digits=30, decimal_places=2))


@admin.register(Book)
class BookAdmin(ReadOnlyAdmin):
    words = _("Books")
    list_display = ["kind", "owner", "currency", "shown_balance", "firm"]
    list_filter = ["kind", CurrencyFilter, ("firm", RelatedFilter)]
    list_select_related = ["firm", "account", "practice"]
    search_fields = ["account__number__istartswith", "account__title", "practice__name"]
    number_lookup = "account__number"
    search_help_text = _("Account number or title, or practice")
    ordering = ["firm", "kind", "id"]
    fields = ["firm", "kind", "account", "practice", "currency", "shown_balance"]

    def get_queryset(self, request: HttpRequest) -> "models.QuerySet[Any]":
        return super().get_queryset(request).annotate(came_in=_sum_of("credit"), went_out=_sum_of("debit"))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fields

    def name_of(self, row: Any) -> str:
        return f"{row.get_kind_display()}: {self.owner(row)} {row.currency}"

    @admin.display(description=_("Owner"))
    def owner(self, book: Any) -> str:
        return str(book.account or book.practice or book.firm)

    @admin.display(description=_("Balance"))
    def shown_balance(self, book: Any) -> str:
        return shown_money(book.came_in - book.went_out, book.currency)


@admin.register(Transfer)
class TransferAdmin(ReadOnlyAdmin):
    words = _("Movements of money")
    totals = ("amount", "currency")
    list_display = [
        "day",
        "kind",
        money_column("amount", _("Amount")),
        "account",
        "debit_kind",
        "credit_kind",
        "practice",
        "firm",
    ]
    list_filter = ["day", "kind", CurrencyFilter, ("firm", RelatedFilter)]
    list_select_related = ["firm", "practice", "account", "debit", "credit"]
    search_fields = ["account__number__istartswith", "id__exact", "txn__exact", "source__exact"]
    number_lookup = "account__number"
    search_help_text = _("Account number, or the id of the movement, of its transaction or of the charge")
    ordering = ["-day", "-posted_at"]

    def name_of(self, row: Any) -> str:
        return f"{row.get_kind_display()} {money_words(row.amount, row.currency)}"

    @admin.display(description=_("From book"), ordering="debit__kind")
    def debit_kind(self, transfer: Any) -> str:
        return transfer.debit.get_kind_display()

    @admin.display(description=_("To book"), ordering="credit__kind")
    def credit_kind(self, transfer: Any) -> str:
        return transfer.credit.get_kind_display()
