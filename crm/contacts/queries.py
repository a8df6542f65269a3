"""Reading contacts: counts and columns of the list, a record, and what the broker knows of its client."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Case, Count, DecimalField, F, Max, OuterRef, Q, QuerySet, Subquery, When

from accounts.broker.feed.models import FxRate, NavDaily
from accounts.ground.access.context import Who
from accounts.ground.access.scope import scope
from accounts.ground.ledger.queries import Sums, paid_in
from accounts.ground.paging import order_of
from accounts.ground.people.models import ClientRight, Party
from accounts.ground.tree.models import Account
from accounts.ground.tree.queries import typed
from crm.contacts.fields import Field, in_words
from crm.contacts.models import Contact, State
from crm.contacts.stored import parted
from crm.notes.models import Note
from crm.vault.engine.encoding import Unopened
from crm.vault.sealed import Opened

ORDERS = {
    "name": "sort_key",
    "state": "state",
    "email": "email",
    "changed": "changed_at",
    "added": "created_at",
}
USUAL_ORDER = "name"
SUGGESTED = 8


@dataclass(frozen=True)
class Known:
    """An account of a contact, with its last value in its own and in the firm's currency."""

    account: Account
    nlv: Decimal | None
    value: Decimal | None
    noted_at: datetime | None = None


@dataclass
class Row:
    """A contact in the list, with what is known of its accounts."""

    contact: Contact
    accounts: list[Known] = field(default_factory=list)
    own: dict[str, str] = field(default_factory=dict)

    @property
    def value(self) -> Decimal | None:
        """All accounts together, in the firm's currency."""
        worth = [one.value for one in self.accounts if one.value is not None]
        return sum(worth, Decimal(0)) if worth else None

    def is_quiet(self, since: datetime) -> bool:
        """Whether it is a client about whom nobody has written for so long."""
        return bool(self.accounts) and (self.noted_at is None or self.noted_at < since)

    @property
    def noted_at(self) -> datetime | None:
        """When somebody last wrote down what was spoken."""
        moments = (getattr(self.contact, "noted_at", None), *(one.noted_at for one in self.accounts))
        return max((one for one in moments if one), default=None)


@dataclass(frozen=True)
class Read:
    """A contact with its record; `is_damaged` when what is stored was changed from outside."""

    contact: Contact
    record: dict[str, str]
    relations: list[tuple[str, str]] = field(default_factory=list)
    is_damaged: bool = False


def counts(rows: "QuerySet[Contact]") -> dict[str, int]:
    """How many contacts there are in each state, and in all."""
    found = dict(rows.order_by().values_list("state").annotate(count=Count("*")))
    return {"": sum(found.values()), **{state: found.get(state, 0) for state in State.values}}


def order(sort: str) -> list[str]:
    """The columns behind a heading, all in one direction: so one index holds the order forwards and backwards, also
    among the thousands that an import changed at one moment."""
    first, key = order_of(sort, ORDERS, USUAL_ORDER)
    return [first, f"-{key}" if first.startswith("-") else key]


def one(vault: Opened, pk: UUID, *, in_trash: bool | None = False) -> Contact | None:
    """One contact of the practice; None for `in_trash` looks everywhere."""
    rows = scope(vault.who, Contact).filter(pk=pk).select_related("party", "owner")
    rows = rows if in_trash is None else rows.filter(trashed_at__isnull=not in_trash)
    return rows.first()


def read(vault: Opened, contact: Contact) -> Read:
    """The record, opened for this request."""
    try:
        return Read(contact, *parted(contact.text(vault, "record")))
    except Unopened:
        return Read(contact, {}, is_damaged=True)


def noted(who: Who, rows: "QuerySet[Contact]") -> "QuerySet[Contact]":
    """With when the last note about each was written, those about accounts apart."""
    return rows.annotate(noted_at=_last_note(who, "contact_id", OuterRef("pk")))


def with_accounts(who: Who, contacts: Iterable[Contact], sealed: date | None) -> list[Row]:
    """The contacts of one page with what their accounts are worth on a day: one question for all of them."""
    rows = [Row(contact) for contact in contacts]
    parties = [row.contact.party_id for row in rows if row.contact.party_id]
    known = accounts_of(who, parties, sealed) if parties else {}
    for row in rows:
        row.accounts = known.get(row.contact.party_id or 0, [])
    return rows


def worth(who: Who, rows: "QuerySet[Contact]", sealed: date | None) -> Decimal | None:
    """What the accounts of all these are worth together, in the firm's currency; None where none has a value."""
    parties = rows.filter(party__isnull=False).order_by().values("party_id")
    # An account of two is worth what it is worth once.
    held = valued(who, sealed).filter(party_id__in=parties).order_by("account_id").distinct("account_id")
    amounts = [value for value in held.values_list("value", flat=True) if value is not None]
    return sum(amounts, Decimal(0)) if amounts else None


def fees_of(who: Who, rows: Sequence[Row], sealed: date | None) -> dict[UUID, Sums]:
    """What the accounts of those of one page have paid since the year began, by currency; one question for all."""
    keys = {one.account.pk for row in rows for one in row.accounts}
    if not keys or sealed is None:
        return {}
    paid = paid_in(who, keys, date(sealed.year, 1, 1), sealed)
    found: dict[UUID, Sums] = {}
    for row in rows:
        sums: Sums = defaultdict(Decimal)
        for one in row.accounts:
            for currency, amount in paid.get(one.account.pk, {}).items():
                sums[currency] += amount
        found[row.contact.pk] = dict(sorted(sums.items()))
    return found


def with_own(vault: Opened, rows: Iterable[Row], own: Sequence[Field]) -> None:
    """What the rows of one page say in the practice's own fields."""
    for row in rows:
        record = read(vault, row.contact).record
        row.own = {one.key: in_words(one, record[one.key]) for one in own if record.get(one.key)}


def accounts_of(who: Who, parties: list[int], sealed: date | None) -> dict[int, list[Known]]:
    """The accounts of parties, each with its last value and when a note about it was written last."""
    if not parties:
        return {}
    rights = (
        valued(who, sealed)
        .filter(party_id__in=parties)
        .select_related("account", "account__firm")
        .annotate(noted_at=_last_note(who, "account_id", OuterRef("account_id")))
        .order_by("account__sort_key", "account__number")
    )
    found: dict[int, list[Known]] = defaultdict(list)
    for right in rights:
        found[right.party_id].append(Known(right.account, right.nlv, right.value, right.noted_at))
    return found


def known_accounts(who: Who, contact: Contact, sealed: date | None = None) -> list[Known]:
    """The accounts of one contact, with their values of a day if one is named."""
    return accounts_of(who, [contact.party_id], sealed).get(contact.party_id, []) if contact.party_id else []


def valued(who: Who, sealed: date | None) -> "QuerySet[Any]":
    """Who has which account, with its last value in its own and in the firm's currency."""
    nlv = scope(who, NavDaily).filter(account_id=OuterRef("account_id"), nav_date=sealed).order_by().values("nlv")
    rate = FxRate.unscoped.filter(
        day=sealed,
        from_currency=OuterRef("account__base_currency"),
        to_currency=OuterRef("account__firm__base_currency"),
    ).values("rate")
    return (
        scope(who, ClientRight)
        .filter(account__moved_on=None)
        .annotate(
            nlv=Subquery(nlv),
            value=Case(
                When(account__base_currency=F("account__firm__base_currency"), then=Subquery(nlv)),
                default=Subquery(nlv) * Subquery(rate),
                output_field=DecimalField(max_digits=28, decimal_places=4),
            ),
        )
    )


def clients_without(who: Who, text: str = "") -> "QuerySet[Party]":
    """Clients of the practice that no contact is linked to."""
    known = scope(who, Contact).filter(trashed_at=None, party__isnull=False).values("party_id")
    rows = scope(who, Party).filter(practice_id=who.practice_id).exclude(pk__in=known)
    for word in typed(text).split():
        rows = rows.filter(Q(legal_name__icontains=word) | Q(rights__account__number__iexact=word))
    return rows.distinct().order_by("legal_name", "pk")


def _last_note(who: Who, column: str, whose: OuterRef) -> Subquery:
    """When the last note about an account or a contact was written."""
    rows = scope(who, Note).filter(**{column: whose}, trashed_at=None).order_by()
    return Subquery(rows.values(column).annotate(last=Max("created_at")).values("last"))
