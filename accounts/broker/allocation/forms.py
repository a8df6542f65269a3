"""The forms of a block trade and of its allocation."""

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.broker.allocation.actions import Order
from accounts.broker.allocation.models import Method
from accounts.broker.allocation.queries import Asked, Entry
from accounts.broker.allocation.rules import MOST, AllocationRefused
from accounts.broker.instruments.rules import COUNTRY_PATTERN, Asset, Side, Traded, clean_symbol
from portal.lib.money import BadDecimal, parse_decimal

DIGITS, PLACES = 18, 6


def _quantity(label: Any, *, required: bool = True, **more: Any) -> forms.DecimalField:
    return forms.DecimalField(
        label=label, required=required, max_digits=DIGITS, decimal_places=PLACES, min_value=Decimal("0.000001"), **more
    )


class BlockForm(forms.Form):
    """What was executed. With executions attached the quantity and price are theirs."""

    symbol = forms.CharField(label=gettext_lazy("Symbol"), max_length=60)
    asset = forms.ChoiceField(label=gettext_lazy("Asset class"), choices=Asset.choices)
    country = forms.CharField(label=gettext_lazy("Country"), max_length=2, required=False,
                              help_text=gettext_lazy("Two letters, such as US"))  # fmt: skip
    side = forms.ChoiceField(label=gettext_lazy("Side"), choices=Side.choices)
    traded_on = forms.DateField(
        label=gettext_lazy("Trade date"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    quantity = _quantity(gettext_lazy("Executed quantity"))
    lot = _quantity(gettext_lazy("Lot"), initial=1, help_text=gettext_lazy("Every account gets a whole number of lots"))
    price = _quantity(gettext_lazy("Average price"), required=False)
    like = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def clean_country(self) -> str:
        country = self.cleaned_data["country"].strip().upper()
        if country and not re.match(COUNTRY_PATTERN, country):
            raise forms.ValidationError(_("A country has two letters, such as US."))
        return country

    def order(self) -> Order:
        """The argument of the action."""
        said = self.cleaned_data
        return Order(
            traded=Traded(clean_symbol(said["symbol"]), said["asset"], said["country"]),
            side=said["side"],
            traded_on=said["traded_on"],
            quantity=said["quantity"],
            lot=said["lot"],
            price=said["price"],
        )


def read_asked(data: QueryDict) -> Asked:
    """The wish as the form sends it: `account` for each ticked one, `figure-…` beside it; AllocationRefused says what
    is not a number."""
    method = data.get("method", "")
    if method not in Method.values:
        raise AllocationRefused(_("There is no such method."))
    numbers = data.getlist("account")[: MOST + 1]
    needs_figure = method in (Method.PERCENT, Method.MANUAL)
    entries = tuple(
        Entry(
            number.strip().upper()[:10],
            _number(data.get(f"figure-{number}", ""), number) or Decimal(0) if needs_figure else None,
        )
        for number in numbers
        if "\0" not in number
    )
    return Asked(method, entries, _number(data.get("minimum", ""), _("Minimum")) or Decimal(0))


def _number(text: str, what: str) -> Decimal | None:
    text = text.strip()
    if not text:
        return None
    try:
        return parse_decimal(text, digits=DIGITS, places=PLACES)
    except BadDecimal as bad:
        words = _(bad.msgid) % bad.params
        raise AllocationRefused(_("%(number)s: %(words)s") % {"number": what, "words": words}) from bad
