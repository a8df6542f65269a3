"""Making and changing groups, with the keys of an unlocked vault."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.http import QueryDict
from django.utils.translation import gettext as _

from accounts.ground.access.scope import NotAllowed, scope
from crm.contacts.filters import kept
from crm.contacts.models import Contact
from crm.groups.models import Group, GroupMember
from crm.groups.queries import may_change
from crm.vault.sealed import Opened

LONGEST_NAME = 100
LONGEST_QUERY = 2000
MOST_GROUPS = 500
MOST_MEMBERS = 20_000


class GroupProblem(ValueError):
    """A sentence a person can read."""


class SearchProblem(GroupProblem):
    """What is wrong with a search that shall be kept."""


def create(*, vault: Opened, name: str, is_private: bool, at: datetime, query: str = "") -> Group:
    """A new group; with a query, whoever that search finds. Raises GroupProblem and SearchProblem."""
    if vault.who.is_narrowed:
        raise NotAllowed("view", _("Groups are made by who works with all accounts of the practice."))
    if scope(vault.who, Group).filter(trashed_at=None).count() >= MOST_GROUPS:
        raise GroupProblem(_("There are 500 groups already. Remove one that nobody needs."))
    if len(query) > LONGEST_QUERY:
        raise SearchProblem(_("This search is too long to be kept."))
    wanted = kept(QueryDict(query))
    if query and not wanted:
        raise SearchProblem(
            _("This search cannot be a group: it names no contacts, another group or an unknown filter.")
        )
    group = Group(
        firm_id=vault.who.firm_id,
        practice_id=vault.who.practice_id,
        owner_id=vault.who.user_id,
        is_private=is_private,
        is_search=bool(wanted),
        created_at=at,
        changed_at=at,
    )
    group.put(vault, name=_checked(name), query=wanted)
    group.save(force_insert=True)
    return group


def change(*, vault: Opened, group: Group, name: str, is_private: bool, at: datetime) -> None:
    """Another name, and whether others see it; only its maker hides it. Raises GroupProblem and NotAllowed."""
    demand(vault, group)
    if is_private and group.owner_id != vault.who.user_id:
        raise NotAllowed("view", _("Only whoever made a group makes it private."))
    group.put(vault, name=_checked(name))
    group.is_private, group.changed_at = is_private, at
    group.save(update_fields=["version", "name_sealed", "query_sealed", "is_private", "changed_at"])


def throw_away(*, vault: Opened, group: Group, at: datetime) -> None:
    """Into the trash, with its members; nothing happens to the contacts."""
    demand(vault, group)
    group.trashed_at = at
    group.save(update_fields=["trashed_at"])


def take_back(*, vault: Opened, group: Group) -> None:
    """Out of the trash, with its members."""
    demand(vault, group)
    group.trashed_at = None
    group.save(update_fields=["trashed_at"])


def add(*, vault: Opened, group: Group, contacts: Collection[UUID], at: datetime) -> list[UUID]:
    """Put contacts into a group by hand; those who were not in it before. Raises GroupProblem and NotAllowed."""
    _by_hand(vault, group)
    held = set(scope(vault.who, GroupMember).filter(group=group).values_list("contact_id", flat=True))
    own = scope(vault.who, Contact).filter(pk__in=list(contacts), trashed_at=None).values_list("pk", flat=True)
    new = [one for one in own if one not in held]
    if len(held) + len(new) > MOST_MEMBERS:
        raise GroupProblem(_("A group holds at most 20,000 contacts. Save a search as a group instead."))
    rows = [
        GroupMember(
            firm_id=vault.who.firm_id, practice_id=vault.who.practice_id, group=group, contact_id=one, added_at=at
        )
        for one in new
    ]
    GroupMember.unscoped.bulk_create(rows, batch_size=1000, ignore_conflicts=True)
    return new


def remove(*, vault: Opened, group: Group, contacts: Collection[UUID]) -> list[UUID]:
    """Take contacts out of a group; those who were in it."""
    _by_hand(vault, group)
    rows = scope(vault.who, GroupMember).filter(group=group, contact_id__in=list(contacts))
    gone = list(rows.values_list("contact_id", flat=True))
    GroupMember.unscoped.filter(group=group, contact_id__in=gone).delete()
    return gone


def demand(vault: Opened, group: Group) -> None:
    """Whether somebody may change a group that they see; the rule in words where not."""
    if not may_change(vault.who, group):
        raise NotAllowed("view", _("A group is changed by whoever made it, and by who manages the practice's users."))


def _by_hand(vault: Opened, group: Group) -> None:
    demand(vault, group)
    if group.is_search:
        raise GroupProblem(_("This group is a saved search; who is in it follows from the search."))


def _checked(name: str) -> str:
    name = " ".join(name.split())
    if not name:
        raise GroupProblem(_("A group needs a name."))
    if len(name) > LONGEST_NAME:
        raise GroupProblem(_("That is too long."))
    return name
