"""What the back office has verified of clients who may answer by PIN link."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.debug import sensitive_variables

from accounts.ground.access.admin import MakingAdmin, RelatedFilter, choice_of
from accounts.ground.pinlinks import actions, rules
from accounts.ground.pinlinks.models import PinFact, Question

LONGEST_ANSWER = 100


class FactForm(forms.Form):
    party = choice_of(
        PinFact,
        "party",
        label=gettext_lazy("Party"),
        help_text=gettext_lazy(
            "A client who lives in the United States, who is told; serves after three days in place of the former"
        ),
    )
    mobile = forms.CharField(label=gettext_lazy("Mobile number"), max_length=30)
    question_one = forms.ChoiceField(label=gettext_lazy("First question"), choices=Question.choices)
    answer_one = forms.CharField(label=gettext_lazy("First answer"), max_length=LONGEST_ANSWER)
    question_two = forms.ChoiceField(label=gettext_lazy("Second question"), choices=Question.choices)
    answer_two = forms.CharField(label=gettext_lazy("Second answer"), max_length=LONGEST_ANSWER)

    def clean_party(self) -> Any:
        party = self.cleaned_data["party"]
        if party.residence != "USA" or party.is_organisation:
            raise ValidationError(_("A PIN link is only for clients who live in the United States."))
        return party

    def clean_mobile(self) -> str:
        mobile = rules.mobile_of(self.cleaned_data["mobile"])
        if mobile is None:
            raise ValidationError(_("A mobile number of the United States, with ten digits"))
        return mobile

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("question_one") == given.get("question_two"):
            self.add_error("question_two", _("Choose two different questions."))
        for name in ("answer_one", "answer_two"):
            if name in given and not rules.plain(given[name]):
                self.add_error(name, _("An answer has letters or digits."))
        return given


@admin.register(PinFact)
class PinFactAdmin(MakingAdmin):
    """Answers and PIN are never shown; who has forgotten something is verified anew, and the client hears of it."""

    words = gettext_lazy("PIN links: verified clients")
    making_form = FactForm
    may_change = False
    is_sensitive = True
    list_display = ["party", "number", "has_pin", "firm", "verified_at"]
    list_filter = [("firm", RelatedFilter)]
    list_select_related = ["party", "firm"]
    search_fields = ["party__legal_name"]
    ordering = ["-verified_at", "pk"]
    fields = ["party", "firm", "number", "question_one", "question_two", "has_pin", "verified_at"]
    actions = ["forget_pin"]
    sensitive_actions = ("forget_pin",)

    @admin.display(description=gettext_lazy("Mobile number"))
    def number(self, fact: Any) -> str:
        return f"\N{BULLET}\N{BULLET}\N{BULLET} {fact.mobile[-4:]}"

    @admin.display(description=gettext_lazy("Has a PIN"), boolean=True)
    def has_pin(self, fact: Any) -> bool:
        return bool(fact.pin)

    def row_actions(self, request: HttpRequest, row: Any) -> list[str]:
        return ["forget_pin"] if row.pin else []

    @sensitive_variables()
    def make(self, request: HttpRequest, form: FactForm) -> PinFact:
        given = form.cleaned_data
        answers = {given[f"question_{place}"]: given[f"answer_{place}"] for place in ("one", "two")}
        return actions.verify(party=given["party"], mobile=given["mobile"], answers=answers, at=timezone.now())

    @admin.action(description=gettext_lazy("Forget the PIN, so that the client creates another"))
    def forget_pin(self, request: HttpRequest, facts: "models.QuerySet[PinFact]") -> None:
        at = timezone.now()
        done = [fact for fact in facts if actions.forget_pin(fact=fact, at=at)]
        for fact in done:
            self.log_change(request, fact, _("The PIN was forgotten."))
        words = ngettext("%(count)d PIN was forgotten.", "%(count)d PINs were forgotten.", len(done))
        self.message_user(request, words % {"count": len(done)}, messages.SUCCESS if done else messages.WARNING)
