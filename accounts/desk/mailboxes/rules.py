"""What a mailbox costs and how it goes from the request to its end; no rows."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.ground.amounts import money_words

CURRENCY = "USD"
FIRST_MONTH = 5  # the provider's year begins in May
MONTHS = 12
LONGEST_NAME = 100
MOST_AT_ONCE = 20
# What a header of a mail cannot hold in a name, or holds only in quotes.
_NOT_IN_NAMES = frozenset('<>"@,;:\\')


class MailboxProblem(ValueError):
    """A sentence a person can read: why this cannot be done."""


class MailboxConflict(MailboxProblem):
    """It stands already, or no longer."""


class State(models.TextChoices):
    """How far a mailbox has got."""

    REQUESTED = "requested", gettext_lazy("Requested")
    PROVISIONING = "provisioning", gettext_lazy("Provisioning")
    AWAITING_MX = "awaiting_mx", gettext_lazy("Awaiting MX")
    ACTIVE = "active", gettext_lazy("Active")
    CANCELLED = "cancelled", gettext_lazy("Cancelled")
    REJECTED = "rejected", gettext_lazy("Rejected")


ENDED = (State.CANCELLED, State.REJECTED)
LIVE = tuple(one for one in State if one not in ENDED)
# What may follow what; the database holds the same table.
NEXT: dict[str, tuple[State, ...]] = {
    State.REQUESTED: (State.PROVISIONING, State.REJECTED, State.CANCELLED),
    State.PROVISIONING: (State.AWAITING_MX, State.REJECTED, State.CANCELLED),
    State.AWAITING_MX: (State.ACTIVE, State.CANCELLED),
    State.ACTIVE: (State.CANCELLED,),
}


class Item(models.TextChoices):
    """What is charged for."""

    MAILBOX = "mailbox", gettext_lazy("Mailbox")
    ARCHIVE = "archive", gettext_lazy("Archive")


@dataclass(frozen=True)
class Rate:
    """What an item costs a month, from a day on."""

    item: str
    starts: date
    amount: Decimal


@dataclass(frozen=True)
class Due:
    """One charge: whole months of one of the provider's years at the rate of its day."""

    item: str
    year_starts: date
    months: int
    rate: Decimal

    @property
    def amount(self) -> Decimal:
        """What it comes to."""
        return self.rate * self.months

    @property
    def words(self) -> str:
        """How the amount follows."""
        said = {"rate": money_words(self.rate, CURRENCY), "amount": money_words(self.amount, CURRENCY)}
        words = ngettext(
            "%(rate)s × %(months)d month = %(amount)s", "%(rate)s × %(months)d months = %(amount)s", self.months
        )
        return words % {**said, "months": self.months}


def year_of(day: date) -> date:
    """The first of May in whose year a day lies."""
    return date(day.year if day.month >= FIRST_MONTH else day.year - 1, FIRST_MONTH, 1)


def months_of(day: date) -> int:
    """Whole months from the month of a day through April."""
    return (FIRST_MONTH - 1 - day.month) % MONTHS + 1


def rate_on(rates: Iterable[Rate], item: str, day: date) -> Decimal:
    """What the item costs a month on that day."""
    known = [one for one in rates if one.item == item and one.starts <= day]
    if not known:
        raise MailboxProblem(_("No price is known for that day; please ask the back office."))
    return max(known, key=lambda one: one.starts).amount


def due(rates: Iterable[Rate], item: str, day: date) -> Due:
    """What an item costs that begins, or is renewed, on a day."""
    return Due(item, year_of(day), months_of(day), rate_on(rates, item, day))


def dues(rates: Iterable[Rate], day: date, *, with_archive: bool) -> list[Due]:
    """The charges of one mailbox from a day on."""
    known = list(rates)
    items = (Item.MAILBOX, Item.ARCHIVE) if with_archive else (Item.MAILBOX,)
    return [one for one in (due(known, item, day) for item in items) if one.amount]


def clean_name(text: str) -> str:
    """The name that readers of mail see; one line that a header can hold as it is."""
    name = " ".join(text.split())
    if not name:
        raise MailboxProblem(_("Enter the name that readers of your mail see."))
    if len(name) > LONGEST_NAME:
        raise MailboxProblem(_("The name has at most %(most)s characters.") % {"most": LONGEST_NAME})
    if not name.isprintable() or _NOT_IN_NAMES & set(name):
        raise MailboxProblem(_('The name may hold none of these signs: < > " @ , ; : \\'))
    return name
