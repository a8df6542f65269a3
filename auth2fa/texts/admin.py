"""Firms without codes by text and call, in the back office."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.ground.access.admin import MakingAdmin, choice_of
from auth2fa.devices.admin import person
from auth2fa.texts import actions
from auth2fa.texts.models import FirmWithoutTexts


class StopForm(forms.Form):
    firm = choice_of(FirmWithoutTexts, "firm", label=gettext_lazy("Firm"))
    from_day = forms.DateField(
        label=gettext_lazy("From"),
        help_text=gettext_lazy(
            "The first day on which no code leaves by text or call. Whoever has a number is told at once."
        ),
        widget=forms.DateInput(attrs={"type": "date"}),
    )


@admin.register(FirmWithoutTexts)
class FirmWithoutTextsAdmin(MakingAdmin):
    """A firm's decision is made here and taken back here; it is never rewritten."""

    words = gettext_lazy("Firms without codes by text")
    making_form = StopForm
    is_sensitive = True
    may_change = False
    may_delete = False
    list_display = ["firm", "from_day", "decided_by", "decided_at", "ended_at"]
    list_select_related = ["firm", "decided_by"]
    search_fields = ["firm__name"]
    ordering = ["-decided_at"]
    actions = ["take_back"]
    sensitive_actions = ("take_back",)
    fields = ("firm", "from_day", "decided_by", "decided_at", "ended_at")

    def name_of(self, row: Any) -> str:
        return row.firm.name

    def make(self, request: HttpRequest, form: StopForm) -> FirmWithoutTexts:
        try:
            return actions.stop(**form.cleaned_data, by=person(request), at=timezone.now())
        except actions.TextsProblem as problem:
            raise ValidationError(_(problem.sentence.msgid) % problem.sentence.params) from problem

    def row_actions(self, request: HttpRequest, row: Any) -> list[str]:
        return [] if row.ended_at else ["take_back"]

    @admin.action(description=gettext_lazy("Let codes leave by text and call again"))
    def take_back(self, request: HttpRequest, rows: "QuerySet[FirmWithoutTexts]") -> None:
        """Numbers that were closed for it open again, after the hold."""
        opened = sum(actions.take_back(row=one, at=timezone.now()) for one in rows)
        words = ngettext("%(count)d number is open again.", "%(count)d numbers are open again.", opened)
        self.message_user(request, words % {"count": opened}, messages.SUCCESS)
