"""Forms of the hedge-fund programme; what they say is checked by the actions, in one place for page and API."""

from decimal import Decimal

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.desk.hedge_funds.models import Answer


class AnswerForm(forms.Form):
    """What the client has answered."""

    answer = forms.ChoiceField(label=_("The client's answer"), choices=Answer.choices, widget=forms.RadioSelect)
    day = forms.DateField(
        label=_("Answered on"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), localize=False
    )


class AskForm(forms.Form):
    """Which account is to invest how much."""

    account = forms.CharField(label=_("Client account"), max_length=12)
    amount = forms.DecimalField(label=_("Amount"), max_digits=14, decimal_places=2, min_value=Decimal("0.01"))

    def __init__(self, *args: object, choices: list[tuple[str, str]] | None = None, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        # The action asks for the account by its number, whatever the list holds.
        self.fields["account"].widget = forms.Select(choices=choices or [])
