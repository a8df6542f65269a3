"""The form of a listing and of the search."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.desk.marketplace.models import LONGEST_FEES, LONGEST_NAME, LONGEST_TEXT, ListingCategory
from portal.lib.money import CURRENCIES


class ListingForm(forms.Form):
    """What the firm says; the action checks it, in one place for page and API."""

    name = forms.CharField(label=_("Name"), max_length=LONGEST_NAME)
    text = forms.CharField(
        label=_("What you offer"), max_length=LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 8, "dir": "auto"})
    )
    region = forms.CharField(label=_("Region"), max_length=80, help_text=_("Where you serve clients"))
    contact = forms.CharField(
        label=_("Contact"), max_length=200, help_text=_("Whom to ask for, by name, mail or phone")
    )
    website = forms.CharField(
        label=_("Website"),
        max_length=200,
        required=False,
        help_text=_("An address that begins with https://"),
        widget=forms.URLInput(attrs={"autocomplete": "off"}),
        empty_value="",
    )
    minimum = forms.DecimalField(
        label=_("Smallest account"), required=False, max_digits=14, decimal_places=2, min_value=0
    )
    currency = forms.ChoiceField(label=_("Currency"), choices=[(one, one) for one in CURRENCIES], initial="USD")
    fees = forms.CharField(
        label=_("Fees"),
        max_length=LONGEST_FEES,
        required=False,
        help_text=_("In words; what a client pays is agreed with each client"),
    )


CATEGORIES = [("", _("All")), *ListingCategory.choices]
