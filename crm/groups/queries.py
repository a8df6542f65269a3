"""Reading groups: their names, how many are in them, and who may change them."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from accounts.ground.access.context import Who
from accounts.ground.access.scope import scope
from accounts.ground.people.models import ClientRight
from accounts.ground.tree.models import LIVING, Account, Kind
from crm.contacts import filters
from crm.contacts.models import Contact
from crm.groups.models import Group, GroupMember
from crm.vault.engine.encoding import Unopened
from crm.vault.sealed import Opened, folded

# An STL group is billed through its master.
BILLED_KINDS = (Kind.CLIENT, Kind.STL_MASTER)
# So many numbers the page for several clients reads.
MOST_BILLED = 1000


@dataclass(frozen=True)
class Named:
    """A group with its name, opened for this request; `count` is None where a search would have to be run."""

    group: Group
    name: str
    count: int | None
    may_change: bool

    @property
    def pk(self) -> UUID:
        """The group's key."""
        return self.group.pk


def may_change(who: Who, group: Group) -> bool:
    """Its maker, and of a group for everybody also whoever manages the practice's users.

    Nobody changes it who may not see everybody in it.
    """
    if who.is_narrowed:
        return False
    return group.owner_id == who.user_id or (who.manages and not group.is_private)


def groups(vault: Opened, *, in_trash: bool = False) -> list[Named]:
    """All that somebody sees, by name."""
    rows = scope(vault.who, Group).filter(trashed_at__isnull=not in_trash).select_related("owner")
    is_seen = Q(members__contact__trashed_at=None)
    if vault.who.is_narrowed:
        is_seen &= Q(members__in=scope(vault.who, GroupMember))
    known = Count("members", filter=is_seen)
    found = [_named(vault, one, None if one.is_search else one.known) for one in rows.annotate(known=known)]
    return sorted(found, key=lambda one: (folded(one.name), one.pk))


def one(vault: Opened, pk: UUID, *, in_trash: bool = False) -> Group | None:
    """One group; somebody else's private one is missing."""
    rows = scope(vault.who, Group).filter(pk=pk, trashed_at__isnull=not in_trash)
    return rows.select_related("owner").first()


def named(vault: Opened, group: Group) -> Named:
    """A group with its name."""
    return _named(vault, group, None)


def members(vault: Opened, group: Group) -> "QuerySet[Contact]":
    """Who is in it now, those in the trash left out."""
    return filters.in_group(vault, filters.book(vault), group)


def billed(vault: Opened, group: Group) -> list[str]:
    """The numbers of its members' accounts whose fees the person sets, as the page for several clients takes them."""
    parties = members(vault, group).filter(party__isnull=False).values("party_id")
    held = scope(vault.who, ClientRight).filter(party_id__in=parties).values("account_id")
    rows = scope(vault.who, Account, "set_fees").filter(pk__in=held, status__in=LIVING, kind__in=BILLED_KINDS)
    return list(rows.order_by("sort_key", "pk").values_list("number", flat=True)[:MOST_BILLED])


def of_contacts(vault: Opened, contacts: Iterable[UUID]) -> set[UUID]:
    """The groups by hand in which any of the contacts is."""
    rows = scope(vault.who, GroupMember).filter(contact_id__in=list(contacts))
    return set(rows.values_list("group_id", flat=True))


def query_of(vault: Opened, group: Group) -> str:
    """The saved search as the list's address has it; "" where it does not open."""
    try:
        return group.text(vault, "query") if group.is_search else ""
    except Unopened:
        return ""


def _named(vault: Opened, group: Group, count: int | None) -> Named:
    try:
        name = group.text(vault, "name")
    except Unopened:
        name = "—"
    return Named(group, name, count, may_change(vault.who, group))
