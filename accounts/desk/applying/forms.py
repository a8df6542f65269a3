"""What an advisor is asked to invite somebody, and how the list of applications is narrowed."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.desk.applying.kinds import BY_KEY, USA, grouped
from accounts.desk.applying.rules import ApplicationProblem, check_kind, clean_country, plain_name
from accounts.desk.applying.usernames import clean_name
from accounts.ground.tree.models import CURRENCIES


def dressed(form: forms.Form) -> None:
    """The looks that the fields of all pages have."""
    for field in form.fields.values():
        if isinstance(field.widget, forms.CheckboxInput):
            continue
        is_choice = isinstance(field, forms.ChoiceField) and not isinstance(field.widget, forms.RadioSelect)
        field.widget.attrs.setdefault("class", "form-select" if is_choice else "form-control")


class CountryField(forms.CharField):
    """A country as three letters."""

    def __init__(self, **more: Any) -> None:
        super().__init__(max_length=3, **more)
        self.widget.attrs |= {"autocomplete": "off", "autocapitalize": "characters", "size": "4"}

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        try:
            return clean_country(text) if text else ""
        except ApplicationProblem as problem:
            raise ValidationError(str(problem)) from problem


class InvitationForm(forms.Form):
    """A fully electronic invitation: whom, and to which kind of account."""

    name = forms.CharField(label=_("Client name"), max_length=200)
    email = forms.EmailField(
        label=_("E-mail"),
        error_messages={"required": _("E-mail is required: the link is sent there.")},
        help_text=_("The link to the application is sent there"),
    )
    kind = forms.ChoiceField(label=_("Kind of account"), choices=[])
    country = CountryField(label=_("Country of residence"), help_text=_("Three letters, such as USA"), initial=USA)
    tax_country = CountryField(label=_("Country of tax residence"), required=False, help_text=_("If it is another one"))
    base_currency = forms.ChoiceField(label=_("Base currency"), choices=[(code, code) for code in CURRENCIES])
    language = forms.ChoiceField(label=_("Language of the invitation"), choices=settings.LANGUAGES)
    tells_opening = forms.BooleanField(
        label=_("Tell the client by e-mail when the account is open"), required=False, initial=True
    )

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["kind"].choices = grouped()  # type: ignore[attr-defined]
        dressed(self)

    def clean_name(self) -> str:
        """A name of one line."""
        try:
            return plain_name(self.cleaned_data["name"])
        except ApplicationProblem as problem:
            raise ValidationError(str(problem)) from problem

    def clean(self) -> dict[str, Any]:
        """Kinds that are not offered to such a resident are refused here, before anybody is written to."""
        given = super().clean() or {}
        given["tax_country"] = given.get("tax_country") or given.get("country", "")
        if given.get("kind") and given.get("country") and "tax_country" not in self.errors:
            try:
                check_kind(BY_KEY[given["kind"]], country=given["country"], tax_country=given["tax_country"])
            except ApplicationProblem as problem:
                self.add_error("kind", str(problem))
        return given


class SemiForm(InvitationForm):
    """A semi-electronic application: the practice fills it in, and the name to sign in with is given for good."""

    username = forms.CharField(
        label=_("User name"), max_length=20, help_text=_("6 to 20 lower-case letters and digits; it cannot be changed")
    )

    field_order = ["name", "email", "username"]

    def clean_username(self) -> str:
        """A name of the right shape; whether it is free is asked when it is given."""
        try:
            return clean_name(self.cleaned_data["username"])
        except ApplicationProblem as problem:
            raise ValidationError(str(problem)) from problem
