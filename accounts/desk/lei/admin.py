"""LEI elections in the back office, which writes down the identifiers that were applied for."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy

from accounts.desk.lei.actions import issue
from accounts.desk.lei.models import LeiElection
from accounts.desk.lei.rules import LeiProblem
from accounts.ground.access.admin import MakingAdmin, RelatedFilter, choice_of


class IssueForm(forms.Form):
    """The identifier that an application brought."""

    account = choice_of(LeiElection, "account", label=gettext_lazy("Account"))
    lei = forms.CharField(label=gettext_lazy("LEI"), max_length=40)


@admin.register(LeiElection)
class LeiElectionAdmin(MakingAdmin):
    words = gettext_lazy("LEI elections")
    making_form = IssueForm
    refusals = (LeiProblem,)
    may_change = False
    list_display = ["account", "choice", "lei", "elected_at"]
    list_filter = ["choice", ("firm", RelatedFilter)]
    list_select_related = ["account"]
    search_fields = ["account__number__istartswith", "lei__istartswith"]
    number_lookup = "account__number"
    search_help_text = gettext_lazy("Account number or LEI")
    ordering = ["-elected_at", "pk"]

    def make(self, request: HttpRequest, form: Any) -> LeiElection:
        said = form.cleaned_data
        seat = request.seat  # type: ignore[attr-defined]
        return issue(who=seat, account=said["account"], lei=said["lei"], at=timezone.now())
