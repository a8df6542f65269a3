"""What is typed to move money. `key` makes a form that is sent twice one request."""

import uuid
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.broker.funding.actions import BankAsked
from accounts.broker.funding.models import LONGEST_BANK_NAME, FundingMethod, SavedBank
from accounts.ground.tree.models import Account
from portal.lib.money import CURRENCIES, USUAL_PLACES, BadDecimal, parse_decimal

DIGITS = 17
BY_BANK = [one for one in FundingMethod.choices if one[0] not in ("INTERNAL", "CHECK", "BILLPAY")]
COMES_BY = [one for one in FundingMethod.choices if one[0] not in ("INTERNAL", "BILLPAY")]


def amount_of(text: str) -> Decimal:
    """An amount as it was typed; BadDecimal says what is wrong with it."""
    return parse_decimal(text.strip(), digits=DIGITS, places=USUAL_PLACES)


class AmountForm(forms.Form):
    """An amount alone."""

    amount = forms.CharField(
        label=gettext_lazy("Amount"),
        max_length=30,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )

    def clean_amount(self) -> Decimal:
        try:
            return amount_of(self.cleaned_data["amount"])
        except BadDecimal as bad:
            raise forms.ValidationError(_(bad.msgid) % bad.params) from bad


class MoneyForm(AmountForm):
    """An amount in a currency."""

    currency = forms.ChoiceField(label=gettext_lazy("Currency"), choices=[(one, one) for one in CURRENCIES])
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)


class DepositForm(MoneyForm):
    """Money that is coming."""

    method = forms.ChoiceField(label=gettext_lazy("Method"), choices=COMES_BY)


class WithdrawForm(MoneyForm):
    """Money that is to leave: for one of the saved banks, or by check."""

    to = forms.ChoiceField(label=gettext_lazy("To"))

    def __init__(self, *args: Any, banks: Iterable[SavedBank], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.banks = {str(one.pk): one for one in banks}
        named = [(key, f"{one.name} · {one.method} · {one.ending}") for key, one in self.banks.items()]
        self.fields["to"].choices = [  # type: ignore[attr-defined]
            *named,
            ("CHECK", _("A check to the holder's address")),
        ]

    @property
    def bank(self) -> SavedBank | None:
        """The bank that was chosen; none for a check."""
        return self.banks.get(self.cleaned_data["to"])

    @property
    def method(self) -> str:
        """The chosen bank's method, or a check."""
        return self.bank.method if self.bank else FundingMethod.CHECK


class MoveForm(MoneyForm):
    """Cash between two accounts of the firm."""

    direction = forms.ChoiceField(
        label=gettext_lazy("Direction"),
        choices=[("out", gettext_lazy("From this account")), ("in", gettext_lazy("To this account"))],
    )
    other = forms.ChoiceField(label=gettext_lazy("Other account"))

    def __init__(self, *args: Any, others: Iterable[Account], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["other"].choices = [  # type: ignore[attr-defined]
            (one.number, f"{one.number} {one.title}") for one in others
        ]


class BankForm(forms.Form):
    """A bank account of the holder."""

    name = forms.CharField(
        label=gettext_lazy("Name of this instruction"),
        max_length=LONGEST_BANK_NAME,
        help_text=gettext_lazy("As you will find it again, such as “Savings at the corner bank”"),
    )
    method = forms.ChoiceField(label=gettext_lazy("Method"), choices=BY_BANK)
    bank_name = forms.CharField(label=gettext_lazy("Name of the bank"), max_length=150)
    holder = forms.CharField(label=gettext_lazy("Holder of the bank account"), max_length=150)
    code = forms.CharField(
        label=gettext_lazy("Routing number or BIC"),
        max_length=15,
        required=False,
        help_text=gettext_lazy("Not needed for SEPA"),
    )
    number = forms.CharField(
        label=gettext_lazy("Account number or IBAN"),
        max_length=50,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    def asked(self) -> BankAsked:
        """The bank as the action takes it: numbers without spaces, in capitals."""
        said = self.cleaned_data
        code, number = ("".join(said[name].split()).upper() for name in ("code", "number"))
        # What is longer than the broker's fields is no number of a bank; the rule then says so.
        return BankAsked(said["name"], said["method"], said["bank_name"], said["holder"], code[:12], number[:35])


class BillForm(AmountForm):
    """A bill that is to be paid, in dollars."""

    to = forms.ChoiceField(label=gettext_lazy("Payee"))
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    field_order = ("to", "amount", "key")

    def __init__(self, *args: Any, payees: Iterable[SavedBank], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.payees = {str(one.pk): one for one in payees}
        self.fields["to"].choices = [  # type: ignore[attr-defined]
            (key, f"{one.name} · {one.holder} · {one.ending}") for key, one in self.payees.items()
        ]


class PayeeForm(forms.Form):
    """Somebody whose bills are paid."""

    name = forms.CharField(
        label=gettext_lazy("Name of this payee"),
        max_length=LONGEST_BANK_NAME,
        help_text=gettext_lazy("As you will find it again, such as “Power at home”"),
    )
    holder = forms.CharField(label=gettext_lazy("Payee"), max_length=150)
    bank_name = forms.CharField(label=gettext_lazy("Address of the payee"), max_length=150)
    number = forms.CharField(
        label=gettext_lazy("Your customer number with the payee"),
        max_length=50,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    def asked(self) -> BankAsked:
        """The payee as the action takes it."""
        said = self.cleaned_data
        number = "".join(said["number"].split()).upper()[:35]
        return BankAsked(said["name"], FundingMethod.BILLPAY, said["bank_name"], said["holder"], "", number)
