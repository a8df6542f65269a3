"""What somebody says who wants trading permissions."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.broker.permissions.models import Objective
from accounts.ground.fields import amount_field


class FactsForm(forms.Form):
    """Objectives, experience and means, from which the agreement is written."""

    objective = forms.ChoiceField(label=_("Investment objective"), choices=Objective.choices)
    experience = forms.IntegerField(label=_("Years of trading"), min_value=0, max_value=80)
    income = amount_field(_("Annual net income"))
    net_worth = amount_field(_("Net worth"))
    liquid_worth = amount_field(_("Liquid net worth"))
