"""Months of billing, and what is worth a look in one; no rows are read here."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext_lazy as _

ZERO = Decimal(0)


def is_second(line: Any, user_id: int) -> bool:
    """Whether somebody has had no hand in a line, and so may approve it."""
    return user_id != line.submitted_by_id and user_id not in line.touched_by


class Severity(StrEnum):
    """An error keeps a month open until somebody says why it may be closed all the same."""

    ERROR = "error"
    INFO = "info"


# What is worth a look in a month: how bad it is, and what it says.
EXCEPTIONS: dict[str, tuple[Severity, Any]] = {
    "held": (Severity.ERROR, _("Held: a statement or a figure is missing")),
    "written_off": (Severity.ERROR, _("Written off: it could not be charged on any of its days")),
    "over_cap": (Severity.ERROR, _("Not charged: the rolling cap on all fees left no room for it")),
    "broker_rejected": (Severity.ERROR, _("The broker rejected the movement")),
    "invoice_rejected": (Severity.ERROR, _("An invoice was rejected")),
    "given_rejected": (Severity.ERROR, _("A reimbursement was rejected")),
    "not_approved": (Severity.INFO, _("Waits for the approval of a second person")),
    "deferred": (Severity.INFO, _("Deferred: the cash did not cover it; the next nights try again")),
    "no_charge": (Severity.INFO, _("Nothing to charge for the period")),
    "short": (Severity.INFO, _("The cash does not cover what is pending")),
}


@dataclass(frozen=True, slots=True)
class Exceptional:
    """One thing worth a look about one account."""

    account_id: int
    code: str
    number: int = 1

    @property
    def severity(self) -> Severity:
        return EXCEPTIONS[self.code][0]

    @property
    def is_error(self) -> bool:
        return self.severity == Severity.ERROR

    @property
    def words(self) -> Any:
        return EXCEPTIONS[self.code][1]


@dataclass(slots=True)
class Sums:
    """One currency of a month, from what has accrued to what the broker has booked, and the month before."""

    projected: Decimal = ZERO
    pending: Decimal = ZERO
    processed: Decimal = ZERO
    reconciled: Decimal = ZERO
    before: Decimal = ZERO

    @property
    def total(self) -> Decimal:
        return self.projected + self.pending + self.processed + self.reconciled

    @property
    def variance(self) -> Decimal:
        return self.total - self.before

    def told(self) -> dict[str, str]:
        """As a closed month keeps it."""
        names = ("projected", "pending", "processed", "reconciled")
        return {name: format(getattr(self, name), "f") for name in names}


@dataclass(slots=True)
class Line:
    """One account of the grid; `forecast` is what the month comes to if values stay, where that was worked out."""

    account: Any
    currency: str
    sums: Sums = field(default_factory=Sums)
    cash: Decimal | None = None
    forecast: Decimal | None = None
    exceptions: list[Exceptional] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Month:
    """A calendar month by its first day."""

    first: date

    @classmethod
    def of(cls, day: date) -> "Month":
        return cls(day.replace(day=1))

    @classmethod
    def read(cls, text: str, usual: date) -> "Month":
        """From an address, as 2026-11; anything else is the month of `usual`."""
        try:
            found = date.fromisoformat(f"{text}-01")
        except ValueError:
            return cls.of(usual)
        return cls(found) if date(1990, 1, 1) <= found <= usual else cls.of(usual)

    @property
    def ends(self) -> date:
        """The first day of the next one."""
        return date(self.first.year + self.first.month // 12, self.first.month % 12 + 1, 1)

    @property
    def before(self) -> "Month":
        first = self.first
        return Month(date(first.year - 1, 12, 1) if first.month == 1 else first.replace(month=first.month - 1))

    @property
    def text(self) -> str:
        return f"{self.first:%Y-%m}"
