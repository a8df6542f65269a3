"""Forms of what is sent to a night by the row: invoices and reimbursements."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fees.sending.rules import LONGEST_MEMO, Asked

MOST_ON_A_FORM = 10
SHOWN_AT_FIRST = 4
LONGEST_CELL = 64


@dataclass(frozen=True)
class Line:
    """One row of the form as it was typed."""

    number: int
    account: str = ""
    amount: str = ""
    memo: str = ""


class Rows:
    """Up to ten rows of account, amount and memo; empty ones are left out."""

    def __init__(self, data: QueryDict | None = None, *, initial_account: str = "", wants_all: bool = False) -> None:
        columns: list[list[Any]] = [data.getlist(name) if data else [] for name in ("account", "amount", "memo")]
        longest = max((len(column) for column in columns), default=0)
        cells = [column + [""] * (longest - len(column)) for column in columns]
        self._given = [Line(place, *row) for place, row in enumerate(zip(*cells, strict=True), start=1)]
        self._initial = initial_account[:LONGEST_CELL]
        self._wants_all = wants_all
        self.payee = (data.get("payee", "") if data else "")[:LONGEST_CELL].strip()

    @property
    def lines(self) -> list[Line]:
        """What the page shows: the typed rows, and empty ones for a usual morning or for all ten."""
        lines = self._given or [Line(1, self._initial)]
        most = MOST_ON_A_FORM if self._wants_all else SHOWN_AT_FIRST
        return [*lines, *(Line(place) for place in range(len(lines) + 1, most + 1))]

    @property
    def has_room(self) -> bool:
        return len(self.lines) < MOST_ON_A_FORM

    def asked(self) -> list[Asked]:
        """The rows that hold anything."""
        return [
            Asked(line.number, line.account, line.amount, line.memo, self.payee)
            for line in self._given
            if (line.account + line.amount + line.memo).strip()
        ]

    def problem(self) -> str:
        """What is wrong with the form as a whole."""
        count = len(self.asked())
        if not count:
            return _("Fill in at least one row.")
        if count > MOST_ON_A_FORM:
            return _("A form takes at most %(most)s rows.") % {"most": MOST_ON_A_FORM}
        return ""


class ChangeForm(forms.Form):
    """Another amount or memo."""

    amount = forms.CharField(
        label=gettext_lazy("Amount"), max_length=LONGEST_CELL, widget=forms.TextInput(attrs={"inputmode": "decimal"})
    )
    memo = forms.CharField(label=gettext_lazy("Memo"), max_length=LONGEST_MEMO, required=False)
