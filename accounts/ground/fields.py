"""Fields of forms that several rooms use."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from portal.lib.money import BadDecimal, parse_decimal


class PlainDecimalField(forms.DecimalField):
    """A number of plain digits: what reads otherwise, such as 1e2 or 1_000, is none, and is signed by nobody."""

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]  # the stubs take it for an integer's
        if value in self.empty_values:
            return None
        try:
            return parse_decimal(str(value).strip(), digits=self.max_digits or 15, places=self.decimal_places or 0)
        except BadDecimal as problem:
            raise forms.ValidationError(_(problem.msgid) % problem.params) from problem


def amount_field(words: Any) -> PlainDecimalField:
    """An amount that somebody has, never below nothing."""
    return PlainDecimalField(label=words, min_value=Decimal(0), max_digits=15, decimal_places=2)
