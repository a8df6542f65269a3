"""The form of a file of invoices."""

from django import forms
from django.utils.translation import gettext_lazy


class FileForm(forms.Form):
    """A file of invoices."""

    file = forms.FileField(
        label=gettext_lazy("CSV file"),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,text/csv"}),
    )
    decimal_comma = forms.BooleanField(
        label=gettext_lazy("Amounts are written with a decimal comma (1.234,50)"), required=False
    )
