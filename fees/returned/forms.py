"""What is told of a paper that came back signed."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.ground.signatures.rules import LONGEST_NAME


class PaperForm(forms.Form):
    """The scan, and what stands on it."""

    file = forms.FileField(
        label=_("Scan of all pages"),
        help_text=_("PDF, PNG or JPEG, at most 5 MB"),
        widget=forms.FileInput(attrs={"class": "form-control", "accept": ".pdf,.png,.jpg,.jpeg"}),
    )
    name = forms.CharField(
        label=_("Name under it"),
        max_length=LONGEST_NAME,
        widget=forms.TextInput(attrs={"class": "form-control", "dir": "auto", "autocomplete": "off"}),
    )
    signed_on = forms.DateField(
        label=_("Signed on"), widget=forms.DateInput(attrs={"type": "date", "class": "form-control"})
    )
