"""What is wrong with a reimbursement; no rows are read here."""

from dataclasses import dataclass
from decimal import Decimal

from fees.engine.reimbursement import ceiling
from fees.reimbursements.models import Refusal
from portal.lib.words import Sentence, gettext_noop


@dataclass(frozen=True, slots=True, kw_only=True)
class Ceiling:
    """The fees a payee received from one client in the last twelve months, and what it gave back or is about to."""

    fees: Decimal
    rebates: Decimal
    currency: str

    @property
    def available(self) -> Decimal:
        return ceiling(fees=self.fees, rebates=self.rebates, currency=self.currency)


REFUSALS: dict[str, str] = {
    Refusal.BAD_ACCOUNT: gettext_noop("No client of yours has the account %(account)s."),
    Refusal.CLOSED: gettext_noop("The account is not open, so nothing can be paid into it."),
    Refusal.LOCKED: gettext_noop("The billing of the month of %(day)s is closed; open the month first."),
}


def refusal(reason: str, **params: object) -> Sentence:
    """The sentence of a reason."""
    return Sentence(REFUSALS[reason], params)


def over_half(amount: Decimal, available: Decimal) -> Sentence | None:
    """The refusal of more than half of the fees received, less what went back already."""
    if amount <= available:
        return None
    msgid = gettext_noop("Over half of the fees of the last twelve months; at most %(available)s can go back.")
    return Sentence(msgid, {"available": available})
