"""What is asked of somebody who wants trading permissions."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.broker.permissions.models import Objective


class AskForm(forms.Form):
    """Objectives, experience and the signature; the permissions themselves are the boxes of the matrix."""

    objective = forms.ChoiceField(label=_("Investment objective"), choices=Objective.choices)
    experience = forms.IntegerField(label=_("Years of trading"), min_value=0, max_value=80)
    name = forms.CharField(
        label=_("Your name, as your signature"),
        max_length=200,
        help_text=_("You confirm that you have read the risk disclosures and that what you said is true."),
    )
