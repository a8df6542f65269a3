"""Which accounts are margined as one group, and by which of the three-level rules."""

from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from accounts.ground.tree.models import Account, Kind


class GroupKind(StrEnum):
    """The groups that the rules know."""

    TOP_MASTER = "top_master"
    CLIENTS = "clients"
    SECOND_LEVEL = "second_level"
    STL = "stl"


NAMES = {
    GroupKind.TOP_MASTER: _("Master account of the top-level advisor"),
    GroupKind.CLIENTS: _("Clients of the top-level advisor"),
    GroupKind.SECOND_LEVEL: _("Second-level advisor and its clients"),
    GroupKind.STL: _("STL master and sub accounts"),
}

# The rules in words, as the broker's page on three-level accounts gives them.
WHY = {
    GroupKind.TOP_MASTER: _(
        "A top-level advisor's master account is margined separately from its client accounts and from its "
        "second-level advisors."
    ),
    GroupKind.CLIENTS: _("An advisor's client accounts are margined separately from the master account."),
    GroupKind.SECOND_LEVEL: _(
        "A second-level advisor and its clients are margined in the same manner as a standalone advisor and its "
        "clients, separately from the top level."
    ),
    GroupKind.STL: _("An STL master and its sub accounts are margined in the same manner as a standalone STL account."),
}

# Inside a standalone advisor the same rule holds again: the master is apart from the clients.
INSIDE_SECOND_LEVEL = {
    True: _("Inside it, this master account is margined separately from the clients."),
    False: _("Inside it, the clients are margined separately from their advisor's master account."),
}


@dataclass(frozen=True)
class MarginGroup:
    """A group by its kind and the account that names it: the master, or the STL master."""

    kind: GroupKind
    anchor: int
    words: tuple[str, ...]

    @property
    def name(self) -> str:
        return str(NAMES[self.kind])


def kind_of(account: Account) -> GroupKind:
    """The group an account belongs to; `practice` must have been read with it."""
    if account.kind in (Kind.STL_MASTER, Kind.STL_SUB):
        return GroupKind.STL
    if account.practice.level == 2:
        return GroupKind.SECOND_LEVEL
    return GroupKind.TOP_MASTER if account.kind == Kind.TOP_MASTER else GroupKind.CLIENTS


def group_of(account: Account) -> MarginGroup:
    """Its group with every rule that puts it there."""
    kind = kind_of(account)
    words = [str(WHY[kind])]
    if kind == GroupKind.SECOND_LEVEL:
        words.append(str(INSIDE_SECOND_LEVEL[account.kind == Kind.SECOND_MASTER]))
    anchor = (account.stl_id or account.pk) if kind == GroupKind.STL else account.practice_id
    return MarginGroup(kind, anchor, tuple(words))
