"""The forms of a distribution's facts; what they hold is checked by the action, in one place for page and API."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.ground.tree.models import Account
from portal.tools.rmd.actions import Facts
from portal.tools.rmd.models import HEIRS
from portal.tools.rmd.queries import INHERITED, Sheet


class DayInput(forms.DateInput):
    """A day as browsers ask for it, whatever the page's language."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


def day_field(label: Any, **more: Any) -> forms.DateField:
    """One day that may be left out."""
    return forms.DateField(label=label, required=False, widget=DayInput(), input_formats=["%Y-%m-%d"], **more)


class FactsForm(forms.Form):
    """What the portal has to be told of an account; fields that do not concern it are left out."""

    born_on = day_field(_("Born"), help_text=_("The broker does not say."))
    spouse_born_on = day_field(_("Spouse born"))
    spouse_is_sole = forms.BooleanField(
        label=_("The spouse is the only beneficiary for the whole year"), required=False
    )
    owner_born_on = day_field(_("Former owner born"))
    owner_died_on = day_field(_("Former owner died"))
    heir = forms.ChoiceField(label=_("Who has inherited"), required=False, choices=[("", "—"), *HEIRS])
    was_roth = forms.BooleanField(label=_("It was a Roth IRA"), required=False)
    value = forms.DecimalField(
        label=_("Value at the end of the year before"),
        required=False,
        max_digits=18,
        decimal_places=2,
        help_text=_("Used where the broker's statements have none."),
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )
    rollover = forms.DecimalField(
        label=_("Rollovers on their way on that day"),
        required=False,
        max_digits=18,
        decimal_places=2,
        help_text=_("Added to the value."),
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )

    def __init__(self, *given: Any, account: Account, **more: Any) -> None:
        super().__init__(*given, **more)
        is_inherited = account.customer_type == INHERITED
        gone = ("spouse_born_on", "spouse_is_sole") if is_inherited else _OF_AN_INHERITANCE
        for name in (*gone, *(("born_on",) if account.holder_born_on else ())):
            del self.fields[name]
        for field in self.fields.values():
            if not isinstance(field.widget, forms.CheckboxInput):
                is_choice = isinstance(field.widget, forms.Select)
                field.widget.attrs["class"] = "form-select" if is_choice else "form-control"
            else:
                field.widget.attrs["class"] = "form-check-input"

    @property
    def facts(self) -> Facts:
        """What was typed; only of a form that is valid."""
        return Facts(**{name: value for name, value in self.cleaned_data.items() if name in Facts.__annotations__})


_OF_AN_INHERITANCE = ("owner_born_on", "owner_died_on", "heir", "was_roth")


def stored(sheet: Sheet) -> dict[str, Any]:
    """An account's facts as their form shows them."""
    kept = {name: getattr(sheet.facts, name) for name in Facts.__annotations__} if sheet.facts else {}
    typed = sheet.typed
    return {
        **kept,
        "value": typed.value if typed else None,
        "rollover": typed.rollover or None if typed else None,
    }
