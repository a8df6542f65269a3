"""Movements that no line ends, in the back office: one person proposes what became of one, a second one agrees."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.broker.deciding.actions import decide, propose
from accounts.broker.deciding.models import LONGEST_REASON, DecisionState, FundingDecision, Outcome
from accounts.broker.funding.rules import FundingProblem
from accounts.ground.access.admin import MakingAdmin, RelatedFilter


class DecisionRefused(ValueError):
    """Why a proposal is none, in the reader's words."""


class DecisionForm(forms.Form):
    """What became of a movement, by which line, and how one knows."""

    reference = forms.UUIDField(
        label=gettext_lazy("Reference"), help_text=gettext_lazy("The movement's, as the broker's file has it")
    )
    outcome = forms.ChoiceField(label=gettext_lazy("What became of it"), choices=Outcome.choices)
    line_key = forms.CharField(
        label=gettext_lazy("Key of the line"),
        max_length=80,
        required=False,
        help_text=gettext_lazy("The broker's transaction number, where a line shows it"),
    )
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=LONGEST_REASON)


@admin.register(FundingDecision)
class FundingDecisionAdmin(MakingAdmin):
    """Proposals and what became of them."""

    words = gettext_lazy("Movements that no line ends")
    making_form = DecisionForm
    refusals = (DecisionRefused,)
    is_sensitive = True
    sensitive_actions = ("agree", "decline")
    may_change = False
    list_display = ["proposed_at", "request", "outcome", "reason", "state", "proposed_by", "decided_by", "firm"]
    list_filter = ["state", "outcome", ("firm", RelatedFilter)]
    list_select_related = ["request", "firm"]
    search_fields = ["request__account__number__istartswith"]
    number_lookup = "request__account__number"
    search_help_text = gettext_lazy("Account number")
    ordering = ["-proposed_at", "-id"]
    actions = ["agree", "decline"]
    fields = [
        *("firm", "request", "outcome", "line", "moved", "reason", "state", "proposed_by", "proposed_at"),
        *("decided_by", "decided_at"),
    ]

    def make(self, request: HttpRequest, form: DecisionForm) -> FundingDecision:
        said = form.cleaned_data
        try:
            return propose(**said, by=request.user.pk, at=timezone.now())
        except FundingProblem as problem:
            raise DecisionRefused(_(problem.sentence.msgid) % problem.sentence.params) from problem

    def row_actions(self, request: HttpRequest, row: Any) -> list[str]:
        return ["agree", "decline"] if row.state == DecisionState.PROPOSED else []

    @admin.action(description=gettext_lazy("Agree as the second person"))
    def agree(self, request: HttpRequest, rows: "QuerySet[FundingDecision]") -> None:
        """The movement ends as it was proposed."""
        self._decide(request, rows, agrees=True)

    @admin.action(description=gettext_lazy("Decline"))
    def decline(self, request: HttpRequest, rows: "QuerySet[FundingDecision]") -> None:
        """The movement stays on its way."""
        self._decide(request, rows, agrees=False)

    def _decide(self, request: HttpRequest, rows: "QuerySet[FundingDecision]", *, agrees: bool) -> None:
        for row in rows:
            try:
                decide(decision=row, agrees=agrees, by=request.user.pk or 0, at=timezone.now())
            except FundingProblem as problem:
                self.message_user(request, _(problem.sentence.msgid) % problem.sentence.params, messages.ERROR)
            else:
                self.message_user(request, _("It has been decided."), messages.SUCCESS)
