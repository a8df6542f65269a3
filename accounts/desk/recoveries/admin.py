"""Class action recovery in the back office: amounts are written down, tied to statement lines, mistakes taken back."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db import models
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy, ngettext

from accounts.desk.recoveries.actions import Claim, take_back, write_down
from accounts.desk.recoveries.models import LineOfClaim, Recovery, RecoveryKind
from accounts.desk.recoveries.rules import RecoveryProblem
from accounts.desk.recoveries.tying import differs, speaking, untied, with_lines
from accounts.ground.access.admin import MakingAdmin, ReadOnlyAdmin, RelatedFilter, choice_of, money_column
from accounts.ground.amounts import NOTHING, money_words
from accounts.ground.dates import day_text
from portal.lib.money import CURRENCIES


class RecoveryForm(forms.Form):
    """What an administrator has paid; fee and net follow."""

    account = choice_of(Recovery, "account", label=gettext_lazy("Account"))
    case = forms.CharField(label=gettext_lazy("Case"), max_length=200)
    reference = forms.CharField(label=gettext_lazy("Number of the claim"), max_length=60)
    currency = forms.ChoiceField(label=gettext_lazy("Currency"), choices=[(one, one) for one in CURRENCIES])
    gross = forms.DecimalField(label=gettext_lazy("Recovered"), max_digits=20, decimal_places=2)
    data_sent_on = forms.DateField(label=gettext_lazy("Data sent on"))
    paid_on = forms.DateField(label=gettext_lazy("Paid on"))


@admin.action(description=gettext_lazy("Take back"))
def take_back_rows(page: Any, request: HttpRequest, rows: "models.QuerySet[Any]") -> None:
    """A mistake is posted the other way round."""
    taken = 0
    for row in rows.select_related("account"):
        try:
            take_back(who=request.seat, found=row, at=timezone.now())  # type: ignore[attr-defined]
        except RecoveryProblem as problem:
            page.message_user(request, f"{row.reference}: {problem}", messages.ERROR)
        else:
            taken += 1
    if taken:
        words = ngettext("%(count)d posting is taken back.", "%(count)d postings are taken back.", taken)
        page.message_user(request, words % {"count": taken}, messages.SUCCESS)


class LineFilter(admin.SimpleListFilter):
    """Whether a statement of the broker shows the posting."""

    title = gettext_lazy("statement line")
    parameter_name = "line"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("none", gettext_lazy("None yet")), ("tied", gettext_lazy("Tied"))]

    def queryset(self, request: HttpRequest, queryset: "models.QuerySet[Any]") -> "models.QuerySet[Any]":
        if self.value() == "none":
            return queryset.filter(pk__in=untied().values("pk"))
        return queryset.filter(tie__isnull=False) if self.value() == "tied" else queryset


@admin.register(Recovery)
class RecoveryAdmin(MakingAdmin):
    words = gettext_lazy("Class action recoveries")
    making_form = RecoveryForm
    refusals = (RecoveryProblem,)
    may_change = False
    list_display = ["account", "kind", "case", "reference", "currency", "gross", "fee", "net", "paid_on", "line"]
    list_filter = [LineFilter, "kind", "currency", ("firm", RelatedFilter)]
    list_select_related = ["account"]
    search_fields = ["account__number__istartswith", "reference__istartswith"]
    number_lookup = "account__number"
    search_help_text = gettext_lazy("Account number or number of the claim")
    ordering = ["-written_at", "pk"]
    actions = [take_back_rows]

    def get_queryset(self, request: HttpRequest) -> "models.QuerySet[Any]":
        return with_lines(super().get_queryset(request))

    @admin.display(description=gettext_lazy("In the statement of"))
    def line(self, row: Any) -> str:
        if row.line_on is None:
            return NOTHING
        words = gettext_lazy("%(day)s; it says %(amount)s") if differs(row.line_amount, row) else "%(day)s"
        return words % {"day": day_text(row.line_on), "amount": money_words(row.line_amount, row.currency)}

    def make(self, request: HttpRequest, form: Any) -> Recovery:
        said = dict(form.cleaned_data)
        account = said.pop("account")
        seat = request.seat  # type: ignore[attr-defined]
        return write_down(who=seat, account=account, claim=Claim(**said), at=timezone.now())

    def row_actions(self, request: HttpRequest, row: Any) -> list[str]:
        return ["take_back_rows"] if row.kind == RecoveryKind.RECOVERY else []


@admin.register(LineOfClaim)
class LineOfClaimAdmin(ReadOnlyAdmin):
    """What the broker has booked and the office has not written down, or wrote down otherwise."""

    words = gettext_lazy("Lines of class actions without a posting")
    list_display = ["account", "report_on", money_column("amount", gettext_lazy("Amount")), "description", "reference"]
    list_filter = [("firm", RelatedFilter)]
    list_select_related = ["account"]
    search_fields = ["account__number__istartswith"]
    number_lookup = "account__number"
    search_help_text = gettext_lazy("Account number")
    ordering = ["-report_on", "-pk"]
    fields = ["firm", "account", "report_on", "settle_on", "kind", "currency", "amount", "reference", "description"]

    def get_queryset(self, request: HttpRequest) -> "models.QuerySet[Any]":
        return super().get_queryset(request).filter(pk__in=speaking().values("pk"))
