"""What was charged in a month, line by line, in the reader's words: fees with their proof, invoices with their memo."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from django.urls import reverse
from django.utils.translation import gettext as _

from fees.engine.registry import EVERY
from portal.statements.queries import Back, Statement


@dataclass(frozen=True, kw_only=True)
class Line:
    """One amount that left an account (came back, below zero); `proof` is the address of the page that proves a fee."""

    day: date
    account: str
    kind: Literal["fee", "invoice", "reimbursement", "reversal"]
    words: str
    amount: Decimal
    currency: str
    proof: str | None = None


def lines_of(statement: Statement) -> list[Line]:
    """By day; fees before invoices."""
    found = [
        Line(
            day=charge.posted_on or charge.period_end_day,
            account=charge.account.number,
            kind="fee",
            words=_(EVERY[charge.method].title),
            amount=charge.taken,
            currency=charge.currency,
            proof=reverse("fees:proof", args=[charge.pk]),
        )
        for charge in statement.fees
    ]
    found += [
        Line(
            day=invoice.processed_on or invoice.business_day,
            account=invoice.account.number,
            kind="invoice",
            words=_("Invoice: %(memo)s") % {"memo": invoice.memo} if invoice.memo else _("Invoice"),
            amount=invoice.amount,
            currency=invoice.currency,
        )
        for invoice in statement.invoices
    ]
    found += [
        Line(
            day=one.day,
            account=one.account,
            kind=one.kind,
            words=_back_words(one),
            amount=-one.amount,
            currency=one.currency,
        )
        for one in statement.came_back
    ]
    return sorted(found, key=lambda line: (line.day, line.account, line.kind))


def _back_words(one: Back) -> str:
    if one.kind == "reversal":
        return _("Taken back, because the broker rejected it")
    return _("Fee paid back: %(memo)s") % {"memo": one.memo} if one.memo else _("Fee paid back")
