"""Class action recovery in the back office: recovered amounts are written down, and mistakes taken back."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db import models
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy, ngettext

from accounts.desk.recoveries.actions import Claim, take_back, write_down
from accounts.desk.recoveries.models import Recovery, RecoveryKind
from accounts.desk.recoveries.rules import RecoveryProblem
from accounts.ground.access.admin import MakingAdmin, RelatedFilter, choice_of
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


@admin.register(Recovery)
class RecoveryAdmin(MakingAdmin):
    words = gettext_lazy("Class action recoveries")
    making_form = RecoveryForm
    refusals = (RecoveryProblem,)
    may_change = False
    list_display = ["account", "kind", "case", "reference", "currency", "gross", "fee", "net", "paid_on"]
    list_filter = ["kind", "currency", ("firm", RelatedFilter)]
    list_select_related = ["account"]
    search_fields = ["account__number__istartswith", "reference__istartswith"]
    number_lookup = "account__number"
    search_help_text = gettext_lazy("Account number or number of the claim")
    ordering = ["-written_at", "pk"]
    actions = [take_back_rows]

    def make(self, request: HttpRequest, form: Any) -> Recovery:
        said = dict(form.cleaned_data)
        account = said.pop("account")
        seat = request.seat  # type: ignore[attr-defined]
        return write_down(who=seat, account=account, claim=Claim(**said), at=timezone.now())

    def row_actions(self, request: HttpRequest, row: Any) -> list[str]:
        return ["take_back_rows"] if row.kind == RecoveryKind.RECOVERY else []
