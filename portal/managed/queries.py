"""What an advisor and a money manager read of assignments: values, positions, and the money manager's own terms."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import QuerySet

from accounts.broker.feed.models import NavDaily
from accounts.broker.holdings.queries import Held, held
from accounts.ground.access.context import Who
from accounts.ground.access.scope import scope
from accounts.ground.assignments.models import Assignment
from accounts.ground.assignments.queries import alive_of, assignments
from accounts.ground.clock import exchange_today
from accounts.ground.tree.models import Account, Kind, Status
from fees.invoicing.models import Invoice
from fees.proposals.document import terms_words
from fees.proposals.queries import standing

LATEST = 10
CHOICES = 200


@dataclass(frozen=True)
class Managed:
    """One account as its money manager, or its advisor, reads it."""

    assignment: Assignment | None
    day: date | None
    value: Decimal | None
    positions: list[Held]
    terms: list[str]
    invoices: list[Invoice]


def latest_assignments(who: Who) -> "QuerySet[Assignment]":
    """What one may see, with the money managers that an advisor sees by name."""
    rows = assignments(who)
    return rows.select_related("manager") if who.is_advisor else rows


def to_assign(who: Who) -> "QuerySet[Account]":
    """Open client accounts without a money manager, that the advisor manages."""
    rows = scope(who, Account, "manage").filter(kind=Kind.CLIENT, status=Status.OPEN)
    taken = Assignment.unscoped.filter(firm_id=who.firm_id, state__in=("asked", "accepted")).values("account_id")
    return rows.exclude(pk__in=taken).order_by("sort_key", "pk")[:CHOICES]


def managed(who: Who, account: Account) -> Managed:
    """The latest value with what was held then, and what is payable to the money manager."""
    assignment = alive_of(who, account)
    latest = scope(who, NavDaily).filter(account_id=account.pk).order_by("-nav_date").first()
    terms: list[str] = []
    invoices: list[Invoice] = []
    if assignment is not None and assignment.state == "accepted":
        payee = assignment.manager.practice_id
        terms = terms_words(standing(who, account, payee, exchange_today()).wanted)
        rows = scope(who, Invoice).filter(account=account, practice_id=payee)
        invoices = list(rows.order_by("-business_day", "pk")[:LATEST])
    return Managed(
        assignment=assignment,
        day=latest.nav_date if latest else None,
        value=latest.nlv if latest else None,
        positions=held(account_id=account.pk, day=latest.nav_date) if latest else [],
        terms=terms,
        invoices=invoices,
    )
