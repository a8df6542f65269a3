"""Trading permissions in the back office: the broker's approval of a top-level advisor is written down here."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db import models
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy, ngettext

from accounts.broker.instruments.rules import ALL_COUNTRIES, Product
from accounts.broker.products.actions import grant, withdraw
from accounts.broker.products.models import ProductApproval
from accounts.broker.products.rules import Permission, ProductRefused, is_cell
from accounts.ground.access.admin import MakingAdmin, RelatedFilter, choice_of
from accounts.ground.access.scope import NotAllowed
from accounts.ground.clock import exchange_today
from accounts.ground.tree.models import Kind


class ApprovalForm(forms.Form):
    """What the broker has approved a top-level advisor for."""

    account = choice_of(
        ProductApproval, "account", label=gettext_lazy("Top-level advisor master"), kind=Kind.TOP_MASTER
    )
    product = forms.ChoiceField(label=gettext_lazy("Product"), choices=Product.choices)
    country = forms.RegexField(
        rf"^(?:{ALL_COUNTRIES}|[A-Z]{{2}})$", label=gettext_lazy("Country"), initial=ALL_COUNTRIES,
        help_text=gettext_lazy("ALL, or two letters such as US"),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if {"product", "country"} <= said.keys() and not is_cell(said["product"], said["country"]):
            self.add_error("country", gettext("A trading program holds for all countries."))
        return said


@admin.action(description=gettext_lazy("Withdraw, here and below"))
def withdraw_rows(page: Any, request: HttpRequest, rows: "models.QuerySet[Any]") -> None:
    """Only the top level's own: what an advisor has given is the advisor's to take."""
    taken = 0
    for row in rows.filter(removed_at__isnull=True).select_related("account"):
        try:
            withdraw(
                who=request.seat,  # type: ignore[attr-defined]
                account=row.account,
                permissions=[Permission(row.product, row.country)],
                day=exchange_today(),
                at=timezone.now(),
            )
        except NotAllowed:
            words = gettext_lazy("%(number)s: the advisor above decides")
            page.message_user(request, words % {"number": row.account.number}, messages.ERROR)
        else:
            taken += 1
    if taken:
        words = ngettext("%(count)d permission is withdrawn.", "%(count)d permissions are withdrawn.", taken)
        page.message_user(request, words % {"count": taken}, messages.SUCCESS)


@admin.register(ProductApproval)
class ProductApprovalAdmin(MakingAdmin):
    words = gettext_lazy("Trading permissions")
    making_form = ApprovalForm
    refusals = (ProductRefused,)
    may_change = False
    list_display = ["account", "node_kind", "product", "country", "granted_at", "removed_at", "removal"]
    list_filter = ["product", "node_kind", "removal", ("firm", RelatedFilter)]
    list_select_related = ["account"]
    search_fields = ["account__number__istartswith"]
    number_lookup = "account__number"
    search_help_text = gettext_lazy("Account number")
    ordering = ["-granted_at", "id"]
    actions = [withdraw_rows]

    def make(self, request: HttpRequest, form: ApprovalForm) -> ProductApproval:
        said = form.cleaned_data
        one = Permission(said["product"], said["country"])
        seat = request.seat  # type: ignore[attr-defined]
        grant(who=seat, account=said["account"], permissions=[one], day=exchange_today(), at=timezone.now())
        living = ProductApproval.unscoped.filter(account=said["account"], removed_at__isnull=True)
        return living.get(product=one.product, country=one.country)

    def row_actions(self, request: HttpRequest, row: Any) -> list[str]:
        is_living = row.removed_at is None and row.node_kind == Kind.TOP_MASTER
        return ["withdraw_rows"] if is_living else []
