"""What is asked to start an application or a second-level advisor."""

from typing import Any

from django import forms
from django.core.exceptions import BadRequest, ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.ground.tree.models import CURRENCIES, HOLDER_WORDS, Account, Kind, Margin
from accounts.ground.tree.rules import TreeProblem, clean_number, kinds_below

# What a page never sets: these follow from where the account stands and from what happens to it.
NOT_ASKED = frozenset(
    f"{name}{end}"
    for name in ("id", "firm", "practice", "parent", "parent_kind", "level", "status", "stl", "owner", "moved_on")
    for end in ("", "_id")
) | {"opened_on", "closed_on", "funded_on", "application_started_on", "account_type", "sort_key"}

_CURRENCIES = [(code, code) for code in CURRENCIES]
_HOLDERS = list(HOLDER_WORDS.items())
_BORN = _("Of the holder, where it is a person: 18 or older, and below 21 with a cash account")
_ADVISOR_BORN = _("Where the advisor is a person and no company: 21 or older")


def _day() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def refuse_what_is_not_asked(sent: Any) -> None:
    """Raises BadRequest for a form that says more than the page asked."""
    if NOT_ASKED & set(sent):
        raise BadRequest("fields that no page asks for")


class NumberForm(forms.Form):
    """The number the broker gave, in its stored form."""

    number = forms.CharField(
        label=_("Account ID"), max_length=12, help_text=_("As the broker gave it: U and digits, F for an advisor")
    )

    def clean_number(self) -> str:
        try:
            return clean_number(self.cleaned_data["number"])
        except TreeProblem as problem:
            raise ValidationError(str(problem)) from problem


class ApplicationForm(NumberForm):
    """A client, STL master or STL sub account below a parent that the view has found."""

    kind = forms.ChoiceField(label=_("Kind"))
    title = forms.CharField(label=_("Account title"), max_length=200, help_text=_("The legal name of the holder"))
    customer_type = forms.ChoiceField(label=_("Holder"), choices=_HOLDERS)
    holder_born_on = forms.DateField(label=_("Date of birth"), required=False, help_text=_BORN, widget=_day())
    base_currency = forms.ChoiceField(label=_("Base currency"), choices=_CURRENCIES, initial="USD")
    margin_kind = forms.ChoiceField(label=_("Margin"), choices=Margin.choices, initial=Margin.MARGIN)
    alias = forms.CharField(label=_("Alias"), max_length=200, required=False)
    is_own = forms.BooleanField(label=_("This is my own trading account"), required=False)

    field_order = ["kind", "number", "title"]

    def __init__(self, *args: Any, parent: Account, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = [kind for kind in kinds_below(parent.kind) if kind != Kind.SECOND_MASTER]
        known = [kind.value for kind in Kind]
        # A kind that does not fit here is refused by the tree, in its words, and not as an unknown choice.
        self.fields["kind"].choices = [(kind, Kind(kind).label) for kind in [*offered, *known]]  # type: ignore[attr-defined]
        self.fields["kind"].widget.choices = [(kind, Kind(kind).label) for kind in offered]  # type: ignore[attr-defined]
        if parent.kind == Kind.STL_MASTER:
            del self.fields["is_own"]


class SecondLevelForm(NumberForm):
    """A second-level advisor with its practice."""

    name = forms.CharField(label=_("Name"), max_length=200)
    base_currency = forms.ChoiceField(label=_("Base currency"), choices=_CURRENCIES, initial="USD")
    is_registered = forms.BooleanField(label=_("Registered"), required=False, initial=True)
    is_organisation = forms.BooleanField(label=_("A company"), required=False, initial=True)
    born_on = forms.DateField(label=_("Date of birth"), required=False, help_text=_ADVISOR_BORN, widget=_day())

    field_order = ["name", "number"]
