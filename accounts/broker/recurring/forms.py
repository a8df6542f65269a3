"""What is typed to have money move again and again."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.broker.funding.forms import COMES_BY, MoneyForm
from accounts.broker.funding.models import FundingKind, FundingMethod, SavedBank
from accounts.broker.recurring.actions import Wanted
from accounts.broker.recurring.models import LONGEST_NAME, Every
from accounts.ground.tree.models import Account

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class RecurringForm(MoneyForm):
    """An amount, which way it takes, and how often."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=LONGEST_NAME,
        help_text=gettext_lazy("As you will find it again, such as “Rent”"),
    )
    what = forms.ChoiceField(label=gettext_lazy("What moves"))
    every = forms.ChoiceField(label=gettext_lazy("How often"), choices=Every.choices)
    starts_on = forms.DateField(
        label=gettext_lazy("First day"),
        widget=DAY,
        help_text=gettext_lazy(
            "On a day on which the exchange is closed it is asked for on the business day before. A month without such"
            " a day has it on its last."
        ),
    )
    ends_on = forms.DateField(
        label=gettext_lazy("Last day"), widget=DAY, required=False, help_text=gettext_lazy("Empty: until you end it")
    )
    field_order = ("name", "what", "amount", "currency", "every", "starts_on", "ends_on", "key")

    def __init__(self, *args: Any, banks: Iterable[SavedBank], others: Iterable[Account], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.banks = {str(one.pk): one for one in banks}
        self.others = {one.number: one for one in others}
        to_banks = [
            (f"to {pk}", f"{one.name} · {one.get_method_display()} · {one.ending}") for pk, one in self.banks.items()
        ]
        to_others = [(f"account {number}", f"{number} {one.title}") for number, one in self.others.items()]
        coming = [(f"by {code}", label) for code, label in COMES_BY]
        groups = [
            (_("Withdraw"), [*to_banks, ("to CHECK", _("A check to the holder's address"))]),
            (_("Internal transfer"), to_others),
            (_("Announce a deposit"), coming),
        ]
        self.fields["what"].choices = [one for one in groups if one[1]]  # type: ignore[attr-defined]

    def wanted(self) -> Wanted:
        """What the action takes."""
        said = self.cleaned_data
        way, _space, chosen = said["what"].partition(" ")
        bank, counter = self.banks.get(chosen) if way == "to" else None, None
        kind, method = FundingKind.DEPOSIT, chosen
        if way == "to":
            kind, method = FundingKind.WITHDRAWAL, bank.method if bank else FundingMethod.CHECK
        elif way == "account":
            kind, method, counter = FundingKind.INTERNAL, FundingMethod.INTERNAL, self.others[chosen]
        ends_on: date | None = said["ends_on"]
        when = (said["every"], said["starts_on"], said["key"], ends_on)
        return Wanted(said["name"], kind, method, said["amount"], said["currency"], *when, bank, counter)
