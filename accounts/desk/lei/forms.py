"""The form of an LEI election."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.desk.lei.models import ELECTED, LeiChoice


class ElectionForm(forms.Form):
    """One of three; the identifier is checked by the action, in one place for page and API."""

    choice = forms.ChoiceField(
        label=_("Your election"),
        choices=[(one.value, one.label) for one in LeiChoice if one in ELECTED],
        widget=forms.RadioSelect,
        help_text=_("The first two are final; the third can be changed later."),
    )
    lei = forms.CharField(
        label=_("LEI"),
        required=False,
        max_length=40,
        help_text=_("20 characters, if you have one"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
