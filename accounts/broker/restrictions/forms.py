"""The form in which a restriction is written."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.broker.instruments.rules import COUNTRY_PATTERN, Asset, Side, clean_symbol
from accounts.broker.restrictions.actions import Match

ANYTHING = ("", gettext_lazy("Any"))
DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class RestrictionForm(forms.Form):
    """What is stopped, why, from when until when. An empty part stands for everything."""

    symbol = forms.CharField(label=gettext_lazy("Symbol"), max_length=60, required=False,
                             help_text=gettext_lazy("Empty: every instrument"))  # fmt: skip
    asset = forms.ChoiceField(label=gettext_lazy("Asset class"), choices=[ANYTHING, *Asset.choices], required=False)
    country = forms.CharField(label=gettext_lazy("Country"), max_length=2, required=False,
                              help_text=gettext_lazy("Two letters, such as US; empty: every country"))  # fmt: skip
    side = forms.ChoiceField(label=gettext_lazy("Side"), choices=[ANYTHING, *Side.choices], required=False)
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=300,
                             help_text=gettext_lazy("Advisors whom it stops read it"))  # fmt: skip
    starts = forms.DateField(label=gettext_lazy("From"), widget=DAY)
    ends = forms.DateField(
        label=gettext_lazy("Until"), widget=DAY, required=False,
        help_text=gettext_lazy("First day on which it no longer holds; empty: until it is ended"),
    )  # fmt: skip

    def clean_symbol(self) -> str:
        return clean_symbol(self.cleaned_data["symbol"])

    def clean_country(self) -> str:
        country = self.cleaned_data["country"].strip().upper()
        if country and not re.match(COUNTRY_PATTERN, country):
            raise forms.ValidationError(_("A country has two letters, such as US."))
        return country

    def wanted(self) -> dict[str, Any]:
        """The arguments of the action."""
        said = self.cleaned_data
        match = Match(asset=said["asset"], symbol=said["symbol"], country=said["country"], side=said["side"])
        return {"match": match, "reason": said["reason"], "starts": said["starts"], "ends": said["ends"]}
