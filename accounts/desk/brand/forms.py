"""The form of a brand."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.desk.brand.rules import LONGEST_NAME


class BrandForm(forms.Form):
    """Everything about it is checked by the action, in one place for page and API."""

    name = forms.CharField(
        label=_("Name"), max_length=LONGEST_NAME * 4, help_text=_("Your clients read it instead of the portal's name.")
    )
    brand_id = forms.CharField(
        label=_("Brand id"), max_length=40, help_text=_("6 to 10 characters: letters, digits and the underscore.")
    )
    colour = forms.CharField(
        label=_("Colour"),
        required=False,
        max_length=7,
        help_text=_("Of buttons and links, such as #1f4e79; dark enough for white letters."),
    )
    host = forms.CharField(
        label=_("Host name"),
        required=False,
        max_length=253,
        help_text=_("If your clients come by a name of your own: its sign-in page wears your brand."),
    )
    uses_sms = forms.BooleanField(label=_("Use it in SMS (at most 7 characters)"), required=False)
    banner = forms.FileField(
        label=_("Banner"),
        required=False,
        help_text=_("650 × 80 pixels, JPEG or PNG, under 50 KB. It must not look like the broker's."),
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg"}),
    )
