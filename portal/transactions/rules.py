"""The words of the transaction history: kinds, methods and statuses, and how far back it reaches."""

from collections.abc import Iterable

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

USUAL_DAYS = 10
MOST_DAYS = 90


class Kind(models.TextChoices):
    """What happened."""

    DEPOSIT = "deposit", _("Deposit")
    WITHDRAWAL = "withdrawal", _("Withdrawal")
    INTERNAL_CASH = "internal_cash", _("Internal cash transfer")
    BILL_PAY = "bill_pay", _("Bill pay")
    BANK = "bank", _("Bank instruction")
    POSITION_IN = "position_in", _("Inbound position transfer")
    POSITION_OUT = "position_out", _("Outbound position transfer")
    POSITION_INTERNAL = "position_internal", _("Internal position transfer")
    INCOME = "income", _("Dividends and interest")
    CHARGE = "charge", _("Broker's charges and taxes")
    TRADE = "trade", pgettext_lazy("of a transaction", "Trade")
    FEE = "fee", _("Advisor fee")
    BROKER_FEE = "broker_fee", _("Fee taken by the broker")
    INVOICE = "invoice", _("Invoice")
    REIMBURSEMENT = "reimbursement", _("Reimbursement")
    REVERSAL = "reversal", _("Reversal")


# What only who may see reports reads here.
REPORTED = (Kind.FEE, Kind.INVOICE, Kind.REIMBURSEMENT, Kind.REVERSAL)


class Method(models.TextChoices):
    """How money and positions came in or went out, and which way somebody traded."""

    WIRE = "WIRE", _("Wire")
    ACH = "ACH", _("ACH")
    EFT = "EFT", _("EFT")
    SEPA = "SEPA", _("SEPA")
    CHECK = "CHECK", _("Check")
    BILLPAY = "BILLPAY", _("Bill pay")
    ACATS = "ACATS", _("ACATS")
    ATON = "ATON", _("ATON")
    FOP = "FOP", _("FOP")
    DWAC = "DWAC", _("DWAC")
    BASIC_FOP = "BASICFOP", _("Basic FOP (complex)")
    INTERNAL = "INTERNAL", _("Internal")
    BUY = "BUY", _("Buy")
    SELL = "SELL", _("Sell")


class Status(models.TextChoices):
    """How far it has got; what a statement says is completed."""

    PENDING_CONFIRMATION = "pending_confirmation", _("Pending Confirmation")
    PENDING_VERIFICATION = "pending_verification", _("Pending Verification")
    PENDING_ADVISOR = "pending_advisor", _("Pending Advisor")
    PENDING = "pending", _("Pending")
    APPROVED = "approved", _("Approved")
    PROCESSED = "processed", _("Processed")
    COMPLETED = "completed", _("Completed")
    REJECTED = "rejected", _("Rejected")
    CANCELLED = "cancelled", _("Cancelled")
    EXPIRED = "expired", _("Expired")


WAITING = (Status.PENDING_CONFIRMATION, Status.PENDING_VERIFICATION, Status.PENDING_ADVISOR, Status.PENDING)


def days_of(text: str) -> tuple[int, bool]:
    """How many days are asked for, and whether more were asked for than there are."""
    if not (text.isascii() and text.isdigit()):
        return USUAL_DAYS, False
    asked = int(text[:9])
    return min(max(asked, 1), MOST_DAYS), asked > MOST_DAYS


def saying(word: str, choices: Iterable[tuple[str, object]]) -> list[str]:
    """The codes whose words hold a word, in the reader's language and in any case."""
    return [code for code, label in choices if word.casefold() in str(label).casefold()]
