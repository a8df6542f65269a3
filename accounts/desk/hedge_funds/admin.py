"""The hedge-fund programme in the back office: which funds take part, and which signed requests were sent to them."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db import models
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy, ngettext

from accounts.desk.hedge_funds import actions
from accounts.desk.hedge_funds.models import FundRequest, FundRequestState, HedgeFund, InvestorAnswer
from accounts.desk.hedge_funds.rules import FundProblem
from accounts.ground.access.admin import OfficeAdmin, ReadOnlyAdmin, RelatedFilter, money_column
from accounts.ground.access.forms import OfficeForm


@admin.register(HedgeFund)
class HedgeFundAdmin(OfficeAdmin):
    words = gettext_lazy("Hedge funds of the programme")
    is_sensitive = True
    list_display = ["name", "share_class", "company", "investor", money_column("minimum", gettext_lazy("Minimum"))]
    list_display += ["is_offered"]
    list_filter = ["is_offered", "investor", "currency"]
    search_fields = ["name__icontains", "code__istartswith"]
    search_help_text = gettext_lazy("Name or code")
    ordering = ["name", "code"]
    fields = ["code", "name", "company", "strategy", "share_class", "investor", "currency", "minimum"]
    fields += ["subscription", "redemption", "fees", "is_offered"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Requests, schedules and valuations name it."""
        return ["code", "name", "currency"] if obj else []


@admin.register(InvestorAnswer)
class InvestorAnswerAdmin(ReadOnlyAdmin):
    words = gettext_lazy("Answers of clients as investors")
    list_display = ["account", "answer", "answered_on", "written_at"]
    list_filter = ["answer", ("firm", RelatedFilter)]
    list_select_related = ["account"]
    search_fields = ["account__number__istartswith"]
    number_lookup = "account__number"
    search_help_text = gettext_lazy("Account number")
    ordering = ["-written_at", "pk"]


class RefusingForm(OfficeForm):
    """Why a request is refused: saying it refuses it."""

    def clean_reason(self) -> str:
        """Something must be said."""
        if not (said := " ".join(self.cleaned_data["reason"].split())):
            raise forms.ValidationError(gettext_lazy("Say why; advisor and client read it."))
        return said


@admin.register(FundRequest)
class FundRequestAdmin(OfficeAdmin):
    words = gettext_lazy("Requests to invest in hedge funds")
    may_add = False
    form = RefusingForm
    is_sensitive = True
    sensitive_actions = ("confirm",)
    list_display = ["account", "fund", money_column("amount", gettext_lazy("Amount")), "state", "asked_at", "signed_at"]
    list_filter = ["state", ("firm", RelatedFilter)]
    list_select_related = ["account", "fund", "firm"]
    search_fields = ["account__number__istartswith"]
    number_lookup = "account__number"
    search_help_text = gettext_lazy("Account number")
    ordering = ["-asked_at", "pk"]
    actions = ["confirm"]
    fields = ["account", "fund", "amount", "currency", "state", "document", "document_hash", "asked_at"]
    fields += ["signed_name", "signed_at", "ended_at", "reason"]
    readonly_fields = [name for name in fields if name != "reason"]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What no client has signed, or has ended, is only looked at."""
        return super().has_change_permission(request, obj) and (obj is None or obj.state == FundRequestState.SIGNED)

    def row_actions(self, request: HttpRequest, row: Any) -> list[str]:
        return ["confirm"] if row.state == FundRequestState.SIGNED else []

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        seat = request.seat  # type: ignore[attr-defined]
        actions.refuse(who=seat, found=obj, reason=form.cleaned_data["reason"], at=timezone.now())

    @admin.action(description=gettext_lazy("Sent to the fund"))
    def confirm(self, request: HttpRequest, rows: "models.QuerySet[FundRequest]") -> None:
        """Nothing is held by it: the investment comes with a statement or a valuation."""
        done = 0
        for row in rows:
            try:
                actions.confirm(who=request.seat, found=row, at=timezone.now())  # type: ignore[attr-defined]
            except FundProblem as problem:
                self.message_user(request, f"{row}: {problem}", messages.ERROR)
            else:
                done += 1
        if done:
            words = ngettext("%(count)d request was sent.", "%(count)d requests were sent.", done)
            self.message_user(request, words % {"count": done}, messages.SUCCESS)
