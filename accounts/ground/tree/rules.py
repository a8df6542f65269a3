"""Pure decisions about the tree: which shapes exist, how numbers look, which status may follow which."""

import re
import unicodedata
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.ground.tree.models import (
    FOR_MINORS,
    IRA,
    MONEY_MANAGER,
    NUMBER_PATTERN,
    PERSONS,
    SHAPES,
    Kind,
    Margin,
    Status,
)

_NUMBER = re.compile(NUMBER_PATTERN)

TRANSITIONS: frozenset[tuple[str, str]] = frozenset(
    (before.value, after.value)
    for before, after in (
        (Status.NEW, Status.PENDING),
        (Status.NEW, Status.ABANDONED),
        (Status.NEW, Status.REJECTED),
        (Status.PENDING, Status.OPEN),
        (Status.PENDING, Status.ABANDONED),
        (Status.PENDING, Status.REJECTED),
        (Status.OPEN, Status.CLOSED),
        (Status.CLOSED, Status.OPEN),
        (Status.ABANDONED, Status.NEW),
    )
)

# What a person calls each change; the order is that of the buttons.
CHANGES: tuple[tuple[str, str, object], ...] = (
    (Status.NEW, Status.PENDING, gettext_lazy("Mark as pending")),
    (Status.PENDING, Status.OPEN, gettext_lazy("Open the account")),
    (Status.OPEN, Status.CLOSED, gettext_lazy("Close the account")),
    (Status.CLOSED, Status.OPEN, gettext_lazy("Reopen the account")),
    (Status.ABANDONED, Status.NEW, gettext_lazy("Start the application again")),
    (Status.NEW, Status.REJECTED, gettext_lazy("Reject the application")),
    (Status.PENDING, Status.REJECTED, gettext_lazy("Reject the application")),
)

# A friends-and-family master may have this many open clients.
CLIENTS_OF_NON_PROFESSIONAL = 15
RESET_MONTHS = 6
# From this age on somebody holds an account, and from this one anything but a cash account or an advisor's master.
ADULT, OF_FULL_AGE = 18, 21


class TreeProblem(ValueError):
    """A sentence a person can read: what the tree does not allow and why."""


class StatusProblem(TreeProblem):
    """The status does not allow it: what was asked contradicts what is stored."""


def clean_number(text: str) -> str:
    """An account number in its stored form. Raises TreeProblem for anything that is not one."""
    number = text.strip().upper()
    if not _NUMBER.fullmatch(number):
        raise TreeProblem(_("Invalid account id"))
    return number


def sort_key(title: str) -> str:
    """Names in an order that is the same on every machine: no accents, no case, then the name itself."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", title) if not unicodedata.combining(c))
    return plain.casefold()[:250]


def level_of(kind: str, parent_kind: str | None) -> int:
    """The level a kind takes below a parent. Raises TreeProblem for a shape the tree does not have."""
    for one, below, level in SHAPES:
        if one == kind and below == parent_kind:
            return level
    if kind in (Kind.SECOND_MASTER, Kind.STL_MASTER) and parent_kind not in (None, Kind.TOP_MASTER):
        raise TreeProblem(_("Maximum of three levels"))
    raise TreeProblem(_("This kind of account cannot stand there"))


def check_transition(before: str, after: str) -> None:
    """Raises TreeProblem unless the status may change this way."""
    if (before, after) not in TRANSITIONS:
        raise StatusProblem(
            _("An account that is %(before)s cannot become %(after)s")
            % {"before": Status(before).label, "after": Status(after).label}
        )


def check_reset(started_on: date, day: date) -> None:
    """An abandoned application can be reset only while younger than six months."""
    month = started_on.month + RESET_MONTHS
    year, month = started_on.year + (month - 1) // 12, (month - 1) % 12 + 1
    for last in (started_on.day, 30, 29, 28):
        try:
            limit = date(year, month, last)
            break
        except ValueError:
            continue
    if day >= limit:
        raise StatusProblem(_("Application is older than 6 months"))


def check_own(kind: str, customer_type: str) -> None:
    """An advisor's own account is a single trading account below its master, never a retirement account."""
    if kind != Kind.CLIENT:
        raise TreeProblem(_("An advisor's own account is a client account below its master"))
    if customer_type.upper().startswith(IRA):
        raise TreeProblem(_("An advisor's own account cannot be an IRA"))


def is_person(customer_type: str) -> bool:
    """Whether a holder of this kind has a date of birth."""
    return customer_type.upper().startswith(PERSONS)


def age_on(born_on: date, day: date) -> int:
    """Full years; who was born on 29 February is a year older on 1 March where the year has no such day."""
    return day.year - born_on.year - ((day.month, day.day) < (born_on.month, born_on.day))


def check_holder(*, customer_type: str, born_on: date | None, margin_kind: str, day: date) -> None:
    """What the age of a holder allows: nothing below 18, cash alone below 21; minors are held for by a custodian."""
    if customer_type in FOR_MINORS and margin_kind != Margin.CASH:
        raise TreeProblem(_("An account for a minor is a cash account"))
    if not is_person(customer_type):
        return
    age = age_on(_born(born_on, day), day)
    if age < ADULT:
        raise TreeProblem(_("The holder must be at least 18 years old; for a minor there is UGMA/UTMA"))
    if age < OF_FULL_AGE and margin_kind != Margin.CASH:
        raise TreeProblem(_("A holder below 21 years can have a cash account only"))


def check_advisor(*, born_on: date | None, is_organisation: bool, day: date) -> None:
    """A master account is held by a company, or by a person of full age."""
    if not is_organisation and age_on(_born(born_on, day), day) < OF_FULL_AGE:
        raise TreeProblem(_("The holder of an advisor account must be at least 21 years old"))


def _born(born_on: date | None, day: date) -> date:
    if born_on is None:
        raise TreeProblem(_("The holder's date of birth is needed"))
    if born_on > day:
        raise TreeProblem(_("The date of birth lies in the future"))
    return born_on


def is_money_manager(account_type: str) -> bool:
    """Money managers are told by the broker's account type."""
    return account_type.strip().casefold() == MONEY_MANAGER.casefold()


def kinds_below(parent_kind: str) -> list[str]:
    """What may be made below an account of this kind, second-level advisors first."""
    order = (Kind.SECOND_MASTER, Kind.STL_MASTER, Kind.STL_SUB, Kind.CLIENT)
    below = {kind for kind, above, _level in SHAPES if above == parent_kind}
    return [kind for kind in order if kind in below]


def changes_from(status: str) -> list[tuple[str, object]]:
    """(next status, words) for each change a person may ask for; deleting an application is asked for apart."""
    return [(after, words) for before, after, words in CHANGES if before == status]
