"""What a page asks about lots: a trial closing, a method, quantities of named lots."""

from decimal import Decimal

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.broker.lots.matching import STANDING_CHOICES, Method
from accounts.broker.lots.rules import LotProblem
from portal.lib.money import BadDecimal, parse_decimal

DIGITS, PLACES = 18, 10
MOST_LOTS = 500


def _figure(label: object) -> forms.DecimalField:
    return forms.DecimalField(
        label=label,  # type: ignore[arg-type]
        max_digits=DIGITS,
        decimal_places=PLACES,
        min_value=Decimal("0.0000000001"),
    )


class TrialForm(forms.Form):
    """How much would be closed, and at which price."""

    of = forms.CharField(widget=forms.HiddenInput, max_length=60)
    quantity = _figure(gettext_lazy("Quantity to close"))
    price = _figure(gettext_lazy("Price"))


class DefaultForm(forms.Form):
    """The account's own method."""

    method = forms.ChoiceField(label=gettext_lazy("Method"), choices=STANDING_CHOICES)


class ChoiceForm(forms.Form):
    """The method of one contract on one trade day."""

    of = forms.CharField(widget=forms.HiddenInput, max_length=60)
    day = forms.DateField(
        label=gettext_lazy("Trade date"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    method = forms.ChoiceField(label=gettext_lazy("Method"), choices=Method.choices)


def named_lots(data: QueryDict) -> dict[str, Decimal]:
    """How much of which lot: `lot` names each in its order and `take` says how much."""
    keys, texts = data.getlist("lot")[:MOST_LOTS], data.getlist("take")[:MOST_LOTS]
    named = {}
    for key, text in zip(keys, texts, strict=False):
        if text.strip():
            try:
                named[key] = parse_decimal(text.strip(), digits=DIGITS, places=PLACES)
            except BadDecimal as bad:
                raise LotProblem(_(bad.msgid) % bad.params) from bad
    return named
