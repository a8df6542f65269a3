"""What is asked of somebody who wants to be linked to another advisor."""

from django import forms
from django.utils.translation import gettext_lazy as _


class LinkForm(forms.Form):
    """The other advisor, by id and title; both as they stand on that advisor's papers."""

    master = forms.CharField(label=_("Advisor's account ID"), max_length=12)
    title = forms.CharField(label=_("Advisor's title"), max_length=200, help_text=_("Exactly as the advisor writes it"))
