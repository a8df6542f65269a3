"""The question whether something may be traded."""

import re

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.broker.instruments.rules import COUNTRY_PATTERN, Asset, Side, clean_symbol


class CheckForm(forms.Form):
    """Where, what, which way and when."""

    account = forms.CharField(
        label=gettext_lazy("Account"), max_length=10, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    symbol = forms.CharField(label=gettext_lazy("Symbol"), max_length=60)
    side = forms.ChoiceField(label=gettext_lazy("Side"), choices=Side.choices)
    asset = forms.ChoiceField(
        label=gettext_lazy("Asset class"), choices=[("", gettext_lazy("As the broker lists it")), *Asset.choices],
        required=False,
    )  # fmt: skip
    country = forms.CharField(
        label=gettext_lazy("Country"), max_length=2, required=False,
        help_text=gettext_lazy("Empty: as the broker lists it"),
    )  # fmt: skip
    day = forms.DateField(
        label=gettext_lazy("Day"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def clean_account(self) -> str:
        return self.cleaned_data["account"].replace("\0", "").strip().upper()

    def clean_symbol(self) -> str:
        return clean_symbol(self.cleaned_data["symbol"])

    def clean_country(self) -> str:
        country = self.cleaned_data["country"].strip().upper()
        if country and not re.match(COUNTRY_PATTERN, country):
            raise forms.ValidationError(_("A country has two letters, such as US."))
        return country
