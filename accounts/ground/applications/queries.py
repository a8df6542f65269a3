"""Where a person may start an application."""

from django.utils.translation import gettext as _

from accounts.ground.access.authority import Function, Relation
from accounts.ground.access.context import Who
from accounts.ground.access.scope import NotAllowed, account_for, relation_to, scope
from accounts.ground.tree.models import Account, Kind
from accounts.ground.tree.rules import StatusProblem, TreeProblem

# An advisor starts what stands directly below itself or below an STL master of its own.
BELOW = (Relation.SELF, Relation.OWN_STL)
MASTERS = (Kind.TOP_MASTER, Kind.SECOND_MASTER)


def may_start_below(who: Who, account: Account) -> bool:
    """Whether the person may start something directly below this account."""
    return who.is_advisor and not who.is_narrowed and relation_to(who, account) in BELOW


def parent_for(who: Who, number: str) -> Account:
    """The account below which an application shall stand; hidden and missing answer alike.

    What stands below somebody else is that advisor's to start, even where one may see it.
    """
    account = account_for(who, number, Function.MANAGE) if number else own_master(who)
    # Where nothing can stand the tree's own words say so; where something could, whose it is decides.
    if account.kind in (*MASTERS, Kind.STL_MASTER) and not may_start_below(who, account):
        raise NotAllowed(Function.MANAGE, _("Only the advisor itself starts what stands below its own master."))
    return account


def account_to_change(who: Who, number: str) -> Account:
    """The account whose status a person may change, never one's own master: StatusProblem."""
    account = account_for(who, number, Function.MANAGE)
    if relation_to(who, account) == Relation.SELF:
        raise StatusProblem(_("An advisor does not change the status of its own master account"))
    return account


def own_master(who: Who) -> Account:
    """The master account of the person's own practice; TreeProblem for who was given chosen accounts only."""
    rows = scope(who, Account, Function.MANAGE).select_related("practice", "parent", "firm")
    master = rows.filter(practice_id=who.practice_id, kind__in=MASTERS).first()
    if master is None:
        raise TreeProblem(_("Your accounts were chosen one by one, so you cannot start new ones"))
    return master
