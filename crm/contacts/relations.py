"""Who is what to whom: pairs of contacts, sealed inside both records, so that one side never stands alone."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.ground.access.scope import scope
from crm.contacts.households import Kin, may_join, plain_address
from crm.contacts.models import Contact, Kind
from crm.contacts.queries import Read, read
from crm.contacts.rules import ContactProblem
from crm.contacts.stored import written
from crm.locks import actions as locks
from crm.vault.sealed import Opened, folded

# What the other one is, in words, and what one is to the other in turn.
KINDS: dict[str, tuple[Any, str]] = {
    "spouse": (gettext_lazy("Spouse"), "spouse"),
    "parent": (gettext_lazy("Parent"), "child"),
    "child": (gettext_lazy("Child"), "parent"),
    "sibling": (gettext_lazy("Sibling"), "sibling"),
    "beneficiary": (gettext_lazy("Beneficiary"), "benefactor"),
    "benefactor": (gettext_lazy("Gives to them"), "beneficiary"),
    "trustee": (gettext_lazy("Trustee"), "grantor"),
    "grantor": (gettext_lazy("Grantor"), "trustee"),
    "attorney": (gettext_lazy("Attorney"), "attorney_of"),
    "attorney_of": (gettext_lazy("Client as an attorney"), "attorney"),
    "accountant": (gettext_lazy("Accountant"), "accountant_of"),
    "accountant_of": (gettext_lazy("Client as an accountant"), "accountant"),
    "employer": (gettext_lazy("Employer"), "employee"),
    "employee": (gettext_lazy("Employee"), "employer"),
    "introduced_by": (gettext_lazy("Introduced by"), "introduced"),
    "introduced": (gettext_lazy("Was introduced by them"), "introduced_by"),
    "owner": (gettext_lazy("Owner"), "owned"),
    "owned": (gettext_lazy("Owns them"), "owner"),
    "household": (gettext_lazy("Household"), "member"),
    "member": (gettext_lazy("Member of the household"), "household"),
}
MOST = 100


@dataclass(frozen=True)
class Related:
    """Another contact, and what it is to this one."""

    contact: Contact
    kind: str

    @property
    def words(self) -> str:
        """What it is."""
        return str(KINDS[self.kind][0])


def of(vault: Opened, one: Read) -> list[Related]:
    """The contacts that one is related to, those in the trash left out."""
    keys = [UUID(key) for _kind, key in one.relations]
    if not keys:
        return []
    rows = scope(vault.who, Contact).filter(pk__in=keys, trashed_at=None).select_related("party")
    known = {contact.pk: contact for contact in rows}
    return [Related(known[UUID(key)], kind) for kind, key in one.relations if kind in KINDS and UUID(key) in known]


def relate(*, vault: Opened, pk: UUID, other: UUID, kind: str, at: datetime) -> None:
    """Tie two contacts: `other` is `kind` to the first one. Both records say so. Raises ContactProblem, LockedBy."""
    if kind not in KINDS:
        raise ContactProblem(_("Choose one of the list."))
    if pk == other:
        raise ContactProblem(_("Nobody is related to themselves."))
    first, second = both(vault, pk, other, at)
    pairs = ((first, (kind, str(other))), (second, (KINDS[kind][1], str(pk))))
    if pairs[0][1] in first.relations:
        raise ContactProblem(_("The two are tied like this already."))
    if any(len(one.relations) >= MOST for one, _tie in pairs):
        raise ContactProblem(_("A contact has at most 100 relationships."))
    if kind in ("household", "member"):
        _demand_one_home(vault, *((second, first) if kind == "household" else (first, second)))
    for one, tie in pairs:
        keep(vault, one, [*one.relations, tie], at)


def untie(*, vault: Opened, pk: UUID, other: UUID, kind: str, at: datetime) -> None:
    """Take a tie out of both records. Raises ContactProblem and LockedBy."""
    if kind not in KINDS:
        raise ContactProblem(_("Choose one of the list."))
    first, second = both(vault, pk, other, at)
    for one, gone in ((first, (kind, str(other))), (second, (KINDS[kind][1], str(pk)))):
        if gone in one.relations:
            keep(vault, one, [tie for tie in one.relations if tie != gone], at)


def _demand_one_home(vault: Opened, house: Read, new: Read) -> None:
    """Somebody joins a household only where they belong to it; accounts are not mixed by it."""
    if house.contact.kind != Kind.HOUSEHOLD or new.contact.kind == Kind.HOUSEHOLD:
        raise ContactProblem(_("People, companies and trusts are members of a household."))
    keys = [UUID(key) for kind, key in house.relations if kind == "member"]
    rows = scope(vault.who, Contact).filter(pk__in=keys, trashed_at=None).select_related("party")
    if not may_join(_kin(new), [_kin(read(vault, row)) for row in rows]):
        raise ContactProblem(
            _(
                "Household requirements not met: the same last name and home address as a member, the same address as"
                " a spouse, parent or child, a company that members alone own, or a trust for a member."
            )
        )


def _kin(one: Read) -> Kin:
    last = one.contact.title.partition(",")[0]
    address = plain_address([folded(one.record.get("home_address", ""))])
    return Kin(str(one.contact.pk), one.contact.kind, folded(last), address, tuple(one.relations))


def both(vault: Opened, pk: UUID, other: UUID, at: datetime) -> tuple[Read, Read]:
    """The two, held for a change in an order that two people at once share; neither damaged.

    Raises ContactProblem, and LockedBy where somebody else is changing one of them.
    """
    locks.demand(pk, other, vault=vault, at=at)
    rows = scope(vault.who, Contact).filter(pk__in=(pk, other), trashed_at=None).order_by("pk")
    found = {contact.pk: read(vault, contact) for contact in rows.select_for_update(of=("self",))}
    if len(found) < 2:
        raise ContactProblem(_("There is no such contact."))
    if any(one.is_damaged for one in found.values()):
        raise ContactProblem(_("One of the two records does not open; save it anew first."))
    return found[pk], found[other]


def keep(vault: Opened, one: Read, relations: list[tuple[str, str]], at: datetime) -> None:
    """Write the ties of one record anew."""
    one.contact.put(vault, record=written(one.record, relations))
    one.contact.changed_at = at
    one.contact.save(update_fields=["version", "record_sealed", "changed_at"])
