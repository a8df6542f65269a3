"""Assignments as each side may see them, and which money manager an account has now."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404

from accounts.ground.access.context import Who, cursor
from accounts.ground.access.scope import scope
from accounts.ground.assignments.models import ALIVE, Assignment, AssignmentState
from accounts.ground.tree.models import Account, Kind, Status


def assignments(who: Who) -> "QuerySet[Assignment]":
    """An advisor's with its money managers, a money manager's own, an owner's of its accounts."""
    if who.reach == "managed":
        # What was only asked stands on no account that one may see, so it is found by who was asked. What it does not
        # come to trade is not its to read.
        rows = Assignment.unscoped.filter(firm_id=who.firm_id, manager_id=who.account_id)
        return rows.exclude(state__in=(AssignmentState.DECLINED, AssignmentState.CANCELLED))
    return scope(who, Assignment)


def assignment_for(who: Who, pk: UUID) -> Assignment:
    """One of them; hidden and missing answer alike."""
    found = assignments(who).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def managers(who: Who) -> "QuerySet[Account]":
    """The open money managers of the advisor's firm."""
    return scope(who, Account).filter(kind=Kind.MONEY_MANAGER, status=Status.OPEN).order_by("sort_key", "pk")


def alive_of(who: Who, account: Account) -> Assignment | None:
    """What is asked or in force for an account."""
    rows = assignments(who).filter(account_id=account.pk, state__in=ALIVE)
    return rows.select_related("manager").first()


def pays_manager(account: Account, practice_id: int) -> bool:
    """Whether the account is assigned now to the money manager whose practice this is."""
    with cursor() as cur:
        cur.execute("SELECT app_pays_manager(%s, %s)", [account.pk, practice_id])
        return cur.fetchone()[0]


def accepted(account_ids: Collection[int]) -> dict[int, Account]:
    """The money manager that each of these accounts is assigned to now, by account; whoever may not see it has none."""
    rows = Assignment.unscoped.filter(account_id__in=account_ids, state=AssignmentState.ACCEPTED)
    rows = rows.filter(manager__status=Status.OPEN).select_related("manager")
    return {one.account_id: one.manager for one in rows}
