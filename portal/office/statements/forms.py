"""Forms of the statement pages."""

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.broker.feed.source import SUFFIXES
from portal.lib.money import CURRENCIES

# One way to write a rate; Decimal alone would also take 1_000, 1e3 and the digits of other scripts.
RATE = re.compile(r"[0-9]{1,10}(\.[0-9]{1,10})?")


class FilesInput(forms.ClearableFileInput):
    """Several files at once."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """A list of files."""

    widget = FilesInput

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        files = data if isinstance(data, list | tuple) else [data]
        return [super(FilesField, self).clean(one, initial) for one in files]


class UploadForm(forms.Form):
    """Statement files."""

    files = FilesField(
        label=_("Statement files"),
        help_text=_(
            "Flex statements (XML) or daily values (CSV), plain or gzip; 20 files of 64 MB at most, 128 MB in all."
        ),
        widget=FilesInput(attrs={"accept": ",".join(SUFFIXES)}),
    )


class RateForm(forms.Form):
    """A corrected rate. `seen` is the one the person was looking at."""

    day = forms.DateField(widget=forms.HiddenInput)
    from_currency = forms.ChoiceField(choices=[(code, code) for code in CURRENCIES], widget=forms.HiddenInput)
    to_currency = forms.ChoiceField(choices=[(code, code) for code in CURRENCIES], widget=forms.HiddenInput)
    seen = forms.CharField(max_length=21, widget=forms.HiddenInput)
    rate = forms.CharField(
        label=_("Right rate"), max_length=21, widget=forms.TextInput(attrs={"inputmode": "decimal", "size": 14})
    )
    reason = forms.CharField(label=_("Why"), max_length=300)

    def clean_rate(self) -> Decimal:
        return self._decimal("rate")

    def clean_seen(self) -> Decimal:
        return self._decimal("seen")

    def _decimal(self, name: str) -> Decimal:
        text = self.cleaned_data[name].strip()
        if not RATE.fullmatch(text):
            raise forms.ValidationError(_("A number such as 1.0875, with at most ten decimals."))
        return Decimal(text)
