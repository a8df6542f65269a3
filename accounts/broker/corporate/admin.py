"""Announcements of corporate actions in the back office: typed in from the issuer's paper, withdrawn, looked at."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db import models
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy, ngettext

from accounts.broker.corporate.actions import Announcement, ElectionProblem, announce, withdraw
from accounts.broker.corporate.holders import Holder
from accounts.broker.corporate.models import MOST_OPTIONS, Entitlement, VoluntaryAction, VoluntaryKind
from accounts.broker.instruments.rules import clean_symbol
from accounts.ground.access.admin import MakingAdmin, ReadOnlyAdmin, RelatedFilter, choice_of
from accounts.ground.dates import day_text

EARLIER = gettext_lazy("No statement of that day yet; entitled by an earlier one: %(accounts)s.")
SILENT = gettext_lazy("Not entitled, though they held it: the last statement is over ten days old: %(accounts)s.")
MOST_NAMED = 100


def _named(rows: list[Holder]) -> str:
    """Accounts with the days of their statements."""
    said = ", ".join(f"{one.account.number} ({day_text(one.day)})" for one in rows[:MOST_NAMED])
    return f"{said}, …" if len(rows) > MOST_NAMED else said


class AnnouncementForm(forms.Form):
    """What the paper says."""

    firm = choice_of(VoluntaryAction, "firm", label=gettext_lazy("Firm"))
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=VoluntaryKind.choices)
    symbol = forms.CharField(label=gettext_lazy("Symbol"), max_length=60)
    conid = forms.IntegerField(label=gettext_lazy("Contract id"), required=False, min_value=1, max_value=2**62)
    title = forms.CharField(label=gettext_lazy("Title"), max_length=200)
    terms = forms.CharField(label=gettext_lazy("What is offered"), max_length=5000, widget=forms.Textarea)
    options = forms.CharField(
        label=gettext_lazy("Options"),
        max_length=101 * MOST_OPTIONS,
        widget=forms.Textarea(attrs={"rows": MOST_OPTIONS}),
        help_text=gettext_lazy("One a line; the first one holds for who chooses nothing."),
    )
    held_on = forms.DateField(
        label=gettext_lazy("Entitled by the holdings of"), widget=forms.DateInput(attrs={"type": "date"})
    )
    deadline = forms.SplitDateTimeField(
        label=gettext_lazy("Deadline"), widget=admin.widgets.AdminSplitDateTime(), help_text="UTC"
    )

    def clean_options(self) -> tuple[str, ...]:
        lines = [line.strip() for line in self.cleaned_data["options"].splitlines() if line.strip()]
        return tuple(line[:100] for line in lines)


@admin.action(description=gettext_lazy("Withdraw the announcement"))
def withdraw_rows(page: Any, request: HttpRequest, rows: "models.QuerySet[Any]") -> None:
    """Choices stay readable and count no more."""
    taken = sum(withdraw(pk=row.pk, at=timezone.now()) for row in rows)
    words = ngettext("%(count)d announcement is withdrawn.", "%(count)d announcements are withdrawn.", taken)
    page.message_user(request, words % {"count": taken}, messages.SUCCESS)


@admin.register(VoluntaryAction)
class VoluntaryActionAdmin(MakingAdmin):
    words = gettext_lazy("Corporate actions with a choice")
    making_form = AnnouncementForm
    refusals = (ElectionProblem,)
    may_change = False
    list_display = ["symbol", "title", "kind", "held_on", "deadline", "announced_at", "withdrawn_at"]
    list_filter = ["kind", "deadline", ("firm", RelatedFilter)]
    search_fields = ["symbol__exact", "title__istartswith"]
    search_help_text = gettext_lazy("Symbol or beginning of the title")
    ordering = ["-deadline", "pk"]
    actions = [withdraw_rows]

    def make(self, request: HttpRequest, form: AnnouncementForm) -> VoluntaryAction:
        said = dict(form.cleaned_data)
        said["symbol"], firm = clean_symbol(said["symbol"]), said.pop("firm")
        wanted = Announcement(firm_id=firm.pk, default=0, **said)
        made = announce(said=wanted, by=request.seat.user_id, at=timezone.now())  # type: ignore[attr-defined]
        for words, rows in ((EARLIER, made.earlier), (SILENT, made.silent)):
            if rows:
                self.message_user(request, words % {"accounts": _named(rows)}, messages.WARNING)
        return made.action

    def row_actions(self, request: HttpRequest, row: Any) -> list[str]:
        return ["withdraw_rows"] if row.withdrawn_at is None else []


@admin.register(Entitlement)
class EntitlementAdmin(ReadOnlyAdmin):
    words = gettext_lazy("Choices in corporate actions")
    list_display = ["account", "action", "quantity", "words_of", "chosen_by", "chosen_at"]
    list_filter = [("firm", RelatedFilter)]
    list_select_related = ["account", "action"]
    search_fields = ["account__number__istartswith"]
    number_lookup = "account__number"
    search_help_text = gettext_lazy("Account number")
    ordering = ["-chosen_at", "pk"]

    @admin.display(description=gettext_lazy("Gets"))
    def words_of(self, row: Any) -> str:
        return row.words
