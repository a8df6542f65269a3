"""What is typed to move positions. `key` makes a form that is sent twice one request."""

import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.broker.funding.actions import BankAsked
from accounts.broker.funding.models import LONGEST_BANK_NAME, PositionMethod, SavedBank
from accounts.broker.instruments.queries import named
from accounts.broker.positions.rules import MOST_PARTS, Movable, Part
from accounts.ground.tree.models import Account
from portal.lib.money import BadDecimal, parse_decimal

# As many places as the broker gives of a quantity, and digits that no position has more of.
DIGITS, PLACES = 18, 6
QUANTITY, WHOLE = "quantity-", "whole-"


def broker_words(one: SavedBank) -> str:
    """A saved broker in a list of choices."""
    return f"{one.name} · {one.bank_name} · {one.get_method_display()} · {one.ending}"


class PartsField(forms.CharField):
    """Positions one under the other: a symbol and how much of it."""

    def clean(self, value: Any) -> tuple[Part, ...]:
        lines = [line.split() for line in super().clean(value).splitlines() if line.strip()]
        if len(lines) > MOST_PARTS:
            raise forms.ValidationError(_("One request moves at most 100 positions; ask for the rest in another one."))
        return tuple(self._part(words) for words in lines)

    def _part(self, words: list[str]) -> Part:
        if len(words) < 2:
            raise forms.ValidationError(_("Write on each line a symbol and how much of it, such as “AAPL 100”."))
        try:
            quantity = parse_decimal(words[-1], digits=DIGITS, places=PLACES)
        except BadDecimal as bad:
            raise forms.ValidationError(_(bad.msgid) % bad.params) from bad
        known = named(" ".join(words[:-1]))
        return Part(known.symbol, quantity, known.conid, known.asset, known.currency)


class BringForm(forms.Form):
    """Positions that come from a saved broker."""

    broker = forms.ChoiceField(label=gettext_lazy("From"))
    parts = PartsField(
        label=gettext_lazy("Positions"),
        required=False,
        max_length=8_000,
        widget=forms.Textarea(attrs={"rows": 5, "autocomplete": "off", "spellcheck": "false"}),
        help_text=gettext_lazy(
            "A symbol and how much of it on each line, such as “AAPL 100”. Empty: the whole account"
        ),
    )
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    def __init__(self, *args: Any, brokers: Iterable[SavedBank], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.brokers = {str(one.pk): one for one in brokers}
        self.fields["broker"].choices = [  # type: ignore[attr-defined]
            (key, broker_words(one)) for key, one in self.brokers.items()
        ]

    @property
    def bank(self) -> SavedBank:
        """The broker that was chosen."""
        return self.brokers[self.cleaned_data["broker"]]


class SendForm(forms.Form):
    """Positions of an account that go to a saved broker, or to another account of the firm."""

    to = forms.ChoiceField(label=gettext_lazy("To"))
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    of = forms.CharField(widget=forms.HiddenInput, required=False, max_length=10)

    def __init__(
        self,
        *args: Any,
        brokers: Iterable[SavedBank],
        others: Iterable[Account],
        held: Sequence[Movable],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.brokers = {f"broker {one.pk}": one for one in brokers}
        self.others = {f"account {one.number}": one for one in others}
        self.held = held
        groups = [
            (_("Another broker"), [(key, broker_words(one)) for key, one in self.brokers.items()]),
            (_("Internal transfer"), [(key, f"{one.number} {one.title}") for key, one in self.others.items()]),
        ]
        self.fields["to"].choices = [one for one in groups if one[1]]  # type: ignore[attr-defined]
        for one in held:
            words = {"symbol": one.symbol}
            self.fields[f"{WHOLE}{one.key}"] = forms.BooleanField(
                required=False, label=_("All of %(symbol)s") % words, disabled=not one.free
            )
            self.fields[f"{QUANTITY}{one.key}"] = forms.CharField(
                required=False,
                max_length=40,
                label=_("How much of %(symbol)s") % words,
                disabled=not one.free,
                widget=forms.TextInput(
                    attrs={"inputmode": "decimal", "autocomplete": "off", "class": "form-control figure"}
                ),
            )

    def rows(self) -> Iterable[tuple[Movable, Any, Any]]:
        """Each position with its two fields."""
        return ((one, self[f"{WHOLE}{one.key}"], self[f"{QUANTITY}{one.key}"]) for one in self.held)

    def clean(self) -> dict[str, Any]:
        """The chosen positions as `parts`: all of one, or so much as was typed."""
        said = super().clean() or {}
        parts = []
        for one in self.held:
            typed = str(said.get(f"{QUANTITY}{one.key}") or "").strip()
            if said.get(f"{WHOLE}{one.key}"):
                parts.append(one.part(one.free))
            elif typed:
                try:
                    parts.append(one.part(parse_decimal(typed, digits=DIGITS, places=PLACES)))
                except BadDecimal as bad:
                    self.add_error(f"{QUANTITY}{one.key}", _(bad.msgid) % bad.params)
        return {**said, "parts": tuple(parts)}

    @property
    def bank(self) -> SavedBank | None:
        """The broker that was chosen; None for an account of the firm."""
        return self.brokers.get(self.cleaned_data["to"])

    @property
    def other(self) -> Account | None:
        """The account that was chosen."""
        return self.others.get(self.cleaned_data["to"])


class BrokerForm(forms.Form):
    """An account of the holder at another broker."""

    name = forms.CharField(
        label=gettext_lazy("Name of this broker"),
        max_length=LONGEST_BANK_NAME,
        help_text=gettext_lazy("As you will find it again, such as “Retirement account at Harborlight”"),
    )
    method = forms.ChoiceField(label=gettext_lazy("Method"), choices=PositionMethod.choices)
    bank_name = forms.CharField(label=gettext_lazy("The other broker"), max_length=150)
    holder = forms.CharField(label=gettext_lazy("Holder of the account there"), max_length=150)
    code = forms.CharField(
        label=gettext_lazy("Clearing number"),
        max_length=15,
        help_text=gettext_lazy("Four signs, as the other broker names it; for FOP its BIC will do as well"),
    )
    number = forms.CharField(
        label=gettext_lazy("Account number there"), max_length=50, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    def asked(self) -> BankAsked:
        """The broker as the action takes it: numbers without spaces, in capitals."""
        said = self.cleaned_data
        code, number = ("".join(said[name].split()).upper() for name in ("code", "number"))
        return BankAsked(said["name"], said["method"], said["bank_name"], said["holder"], code[:12], number[:35])
