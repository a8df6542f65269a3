"""The form of a client's wishes: an importance for each value, a tick for each practice; checked by the rules."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.ground.stored_words import said
from portal.tools.impact.models import ImpactTopic
from portal.tools.impact.rules import IMPORTANCE, LONGEST_HOW, Wishes
from portal.tools.rmd.forms import DayInput

WEIGHTS = (
    ("", pgettext_lazy("a value", "Not chosen")),
    ("1", pgettext_lazy("a value", "A little important")),
    ("2", pgettext_lazy("a value", "Important")),
    ("3", pgettext_lazy("a value", "Very important")),
)
VALUE, AVOID = "value-", "avoid-"


class WishesForm(forms.Form):
    """What somebody supports and avoids."""

    def __init__(self, *given: Any, topics: dict[str, list[ImpactTopic]], wishes: Wishes, **more: Any) -> None:
        super().__init__(*given, **more)
        self.topics = topics
        for one in topics["value"]:
            self.fields[f"{VALUE}{one.code}"] = forms.ChoiceField(
                label=said(one.name), choices=WEIGHTS, required=False, initial=str(wishes.values.get(one.code, ""))
            )
        for one in topics["practice"]:
            self.fields[f"{AVOID}{one.code}"] = forms.BooleanField(
                label=said(one.name), required=False, initial=one.code in wishes.avoided
            )

    def value_fields(self) -> list[forms.BoundField]:
        """One for each value."""
        return [self[f"{VALUE}{one.code}"] for one in self.topics["value"]]

    def practice_fields(self) -> list[forms.BoundField]:
        """One for each practice."""
        return [self[f"{AVOID}{one.code}"] for one in self.topics["practice"]]

    @property
    def wishes(self) -> Wishes:
        """What was chosen, once the form is valid."""
        given = self.cleaned_data
        weights = {one.code: given[f"{VALUE}{one.code}"] for one in self.topics["value"]}
        return Wishes(
            {code: int(text) for code, text in weights.items() if text and int(text) in IMPORTANCE},
            frozenset(one.code for one in self.topics["practice"] if given[f"{AVOID}{one.code}"]),
        )


class OnBehalfForm(WishesForm):
    """The same, written down by the advisor: when the client said so, and how."""

    def __init__(self, *given: Any, today: date, **more: Any) -> None:
        super().__init__(*given, **more)
        self.fields["said_on"] = forms.DateField(
            label=_("The client said so on"), widget=DayInput(), input_formats=["%Y-%m-%d"], initial=today
        )
        self.fields["how"] = forms.CharField(
            label=_("How"),
            max_length=LONGEST_HOW,
            required=False,
            help_text=_("Such as “by phone”; it stays with the answer."),
        )

    def source_fields(self) -> list[forms.BoundField]:
        """Where the answer comes from."""
        return [self["said_on"], self["how"]]
