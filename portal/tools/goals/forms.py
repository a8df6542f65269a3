"""The form of a goal; what it holds is checked by the rules, in one place for page and API."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal.tools.goals.models import KINDS, Goal
from portal.tools.goals.rules import OWN_PROFILE, PROFILES, Aim
from portal.tools.goals.words import PROFILES as PROFILE_WORDS
from portal.tools.rmd.forms import DayInput

HUNDRED = Decimal(100)


def _amount(label: Any, *, is_needed: bool = False, **more: Any) -> forms.DecimalField:
    widget = forms.TextInput(attrs={"inputmode": "decimal"})
    return forms.DecimalField(label=label, required=is_needed, max_digits=15, decimal_places=2, widget=widget, **more)


class GoalForm(forms.Form):
    """What somebody saves for, in today's money."""

    number = forms.CharField(label=_("Account ID"), max_length=10)
    name = forms.CharField(label=pgettext_lazy("of a goal", "Name"), max_length=60)
    kind = forms.ChoiceField(label=_("What for"), choices=KINDS)
    amount = _amount(
        _("Amount in today's money"),
        is_needed=True,
        help_text=_("Once; for college each of four years; for retirement each month."),
    )
    starts_on = forms.DateField(label=_("When"), widget=DayInput(), input_formats=["%Y-%m-%d"])
    years = forms.IntegerField(label=_("Years of retirement"), required=False, min_value=0, max_value=99)
    social_security = _amount(_("Social security a month"), help_text=_("For retirement; in today's money."))
    contribution = _amount(_("Put in each month"), help_text=_("Until the goal begins; it rises by 3% a year."))
    start = _amount(_("Start from"), help_text=_("Empty: what the account was worth on the last closed day."))
    profile = forms.ChoiceField(label=_("Return and risk"), choices=list(PROFILE_WORDS.items()))
    mean = _amount(_("Own return a year, in percent"))
    volatility = _amount(_("Own risk a year, in percent"))

    def __init__(self, *given: Any, is_new: bool = True, **more: Any) -> None:
        super().__init__(*given, **more)
        if not is_new:  # a goal stays with its account
            self.fields["number"].widget = forms.HiddenInput()
        for field in self.fields.values():
            field.widget.attrs["class"] = "form-select" if isinstance(field.widget, forms.Select) else "form-control"

    @property
    def aim(self) -> Aim:
        """What was typed; only of a form that is valid."""
        said = self.cleaned_data
        mean, volatility = PROFILES.get(
            said["profile"], ((said["mean"] or Decimal(0)) / HUNDRED, (said["volatility"] or Decimal(0)) / HUNDRED)
        )
        return Aim(
            name=said["name"].strip(),
            kind=said["kind"],
            amount=said["amount"],
            starts_on=said["starts_on"],
            mean=mean,
            volatility=volatility,
            contribution=said["contribution"] or Decimal(0),
            social_security=said["social_security"] or Decimal(0),
            years=said["years"] or 0,
        )


def stored(goal: Goal) -> dict[str, Any]:
    """A goal as its form shows it."""
    figures = (goal.mean, goal.volatility)
    profile = next((key for key, pair in PROFILES.items() if pair == figures), OWN_PROFILE)
    own = {} if profile != OWN_PROFILE else {"mean": goal.mean * HUNDRED, "volatility": goal.volatility * HUNDRED}
    return {
        **{name: getattr(goal, name) for name in ("name", "kind", "amount", "starts_on", "start")},
        "number": goal.account.number,
        "years": goal.years or None,
        "social_security": goal.social_security or None,
        "contribution": goal.contribution or None,
        "profile": profile,
        **own,
    }
