"""A stored difference in the reader's language."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from django.utils.translation import gettext_lazy

from fees.differences.models import Difference
from fees.differences.rules import sentence
from fees.engine.registry import EVERY
from fees.proofs.words import exact, method_title, tell
from fees.schedules.models import Strategy

SHARES = ("percent", "blended", "profit", "hedge_fund")
PAYERS = {"true": gettext_lazy("the advisor pays"), "false": gettext_lazy("the client pays")}
# What the choices of a schedule are called; their details hold them as they are stored.
NAMED: dict[str, Mapping[str, object]] = {
    "strategy": {one.value: one.label for one in Strategy},
    "commissions": PAYERS,
    "other_fees": PAYERS,
}


class Told(NamedTuple):
    """One row of the list."""

    difference: Difference
    fee: str
    words: str
    proof: str


def told(difference: Difference) -> Told:
    """The row, the name of its fee, the sentence, and the charge that it is about ("" where it is about none)."""
    kind, _, name = difference.subject.partition(" ")
    return Told(
        difference=difference,
        fee=method_title(difference.method) if difference.method is not None else "",
        words=tell(sentence(_readable(difference.detail, difference.method), difference.reason)),
        proof=name if kind == "charge" else "",
    )


def _readable(detail: Mapping[str, object], method: int | None) -> dict[str, object]:
    """The detail with its rates in percent, its amounts as the reader's language writes them, and its choices named."""
    kind = detail.get("kind")
    is_share = kind == "cap" or (method is not None and method in EVERY and EVERY[method].family in SHARES)
    told = dict(detail)
    for name in ("signed", "agreed"):
        value = detail.get(name)
        if value and kind in NAMED:
            told[name] = NAMED[str(kind)].get(str(value), value)
        elif value:
            told[name] = _figure(value, is_share)
    return told


def _figure(value: object, is_share: bool) -> str:
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return str(value)
    return f"{exact(number * 100, 0)} %" if is_share else exact(number)
