"""What can come between what was expected, the ledger and the broker's books; no rows are read here."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext_lazy as _

# The broker books on the next business day; one more is given before a movement counts as missing.
USUAL_DAYS = 2
# In business days: what is older stands out.
OLD_DAYS = 5


class Kind(StrEnum):
    """Why two of the three do not agree."""

    NOT_POSTED = "not_posted"
    NOT_TOLD = "not_told"
    REJECTED = "rejected"
    UNANSWERED = "unanswered"
    NOT_BOOKED = "not_booked"
    DIFFERS = "amount_differs"
    UNKNOWN_LINE = "unknown_line"
    MASTER_NOT_BOOKED = "master_not_booked"
    MASTER_DIFFERS = "master_differs"
    MASTER_UNKNOWN = "master_unknown"


WORDS: dict[Kind, Any] = {
    Kind.NOT_POSTED: _("Due and marked as paid, but not in the ledger as it should be"),
    Kind.NOT_TOLD: _("In the ledger, but the broker was not told"),
    Kind.REJECTED: _("The broker rejected it"),
    Kind.UNANSWERED: _("The broker has not answered"),
    Kind.NOT_BOOKED: _("No statement shows it yet"),
    Kind.DIFFERS: _("The broker booked another amount"),
    Kind.UNKNOWN_LINE: _("The broker booked a fee that is not ours"),
    Kind.MASTER_NOT_BOOKED: _("No statement of the master shows it yet"),
    Kind.MASTER_DIFFERS: _("The broker booked another amount for the master"),
    Kind.MASTER_UNKNOWN: _("The broker booked something for the master that is not ours"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One thing that does not agree; `age` in business days since it should have.

    Amounts as the client pays them; of a master's own cash, as the master receives them.
    """

    kind: Kind
    firm_id: int
    account: str
    day: date
    age: int
    ours: Decimal | None
    brokers: Decimal | None
    currency: str
    reference: str
    reason: str

    @property
    def words(self) -> Any:
        return WORDS[self.kind]


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One currency's totals over a stretch: what was expected, what the ledger took, what the broker booked."""

    currency: str
    expected: Decimal
    ledger: Decimal
    broker: Decimal

    @property
    def on_its_way(self) -> Decimal:
        return self.ledger - self.broker
