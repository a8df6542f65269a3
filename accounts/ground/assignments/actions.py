"""Assigning a client account to a money manager, the money manager's answer, and the end of it."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime

from django.db import IntegrityError, connections, transaction
from django.utils.translation import gettext as _

from accounts.ground.access.context import Who, as_role, current_alias, cursor
from accounts.ground.assignments.models import Assignment, AssignmentState
from accounts.ground.assignments.queries import assignments, managers
from accounts.ground.assignments.rules import AssignmentConflict, AssignmentProblem, check_may_assign
from accounts.ground.assignments.telling import tell_manager
from accounts.ground.tree.models import Account, Practice


def assign(*, who: Who, account: Account, number: str, at: datetime) -> Assignment:
    """Ask a money manager of the firm to take an account; the caller has the right `manage` on it."""
    check_may_assign(account)
    manager = managers(who).filter(number=number.strip().upper()).first()
    if manager is None:
        raise AssignmentProblem(_("There is no open money manager of yours with this account number"))
    try:
        with transaction.atomic(using=current_alias.get()):
            made = Assignment.unscoped.create(
                firm_id=account.firm_id,
                practice_id=account.practice_id,
                account=account,
                manager=manager,
                number=account.number,
                title=account.title,
                advisor=Practice.unscoped.get(pk=account.practice_id).name,
                asked_at=at,
                asked_by=who.user_id,
            )
            tell_manager(manager, "asked", key=str(made.pk), advisor=made.advisor)
            return made
    except IntegrityError as problem:
        if "assignment_one_an_account" not in str(problem):
            raise
        raise AssignmentConflict(_("The account has a money manager, or one was asked already")) from problem


def decide(*, who: Who, assignment: Assignment, accept: bool, at: datetime) -> Assignment:
    """The asked money manager accepts or declines, once. What it declined it does not read any more, so that is written
    under the office's login."""
    if accept:
        return _answered(who, assignment, AssignmentState.ACCEPTED, at)
    with as_role("office"):
        return _answered(who, assignment, AssignmentState.DECLINED, at)


def _answered(who: Who, assignment: Assignment, state: AssignmentState, at: datetime) -> Assignment:
    with transaction.atomic(using=current_alias.get()):
        held = _locked(who, assignment)
        if held is None or held.state != AssignmentState.ASKED or held.manager_id != who.account_id:
            raise AssignmentConflict(_("This has been answered or taken back already"))
        held.state, held.decided_at, held.decided_by = state, at, who.user_id
        held.save(update_fields=["state", "decided_at", "decided_by"])
    return held


def cancel(*, who: Who, assignment: Assignment, at: datetime) -> Assignment:
    """The advisor takes back what the money manager has not answered."""
    with transaction.atomic(using=current_alias.get()):
        held = _locked(who, assignment)
        if held is None or held.state != AssignmentState.ASKED:
            raise AssignmentConflict(_("This has been answered or taken back already"))
        held.state, held.decided_at, held.decided_by = AssignmentState.CANCELLED, at, who.user_id
        held.save(update_fields=["state", "decided_at", "decided_by"])
        tell_manager(held.manager, "cancelled", key=str(held.pk), advisor=held.advisor)
    return held


def end(*, who: Who, assignment: Assignment, at: datetime) -> Assignment:
    """Advisor or money manager end what was accepted; the account is the advisor's alone again."""
    with transaction.atomic(using=current_alias.get()):
        held = _locked(who, assignment)
        if held is None or held.state != AssignmentState.ACCEPTED:
            raise AssignmentConflict(_("This assignment is not in force"))
        held.state, held.ended_at, held.ended_by = AssignmentState.ENDED, at, who.user_id
        held.save(update_fields=["state", "ended_at", "ended_by"])
    return held


@contextmanager
def as_payee(who: Who, accounts: Collection[int], manager: Account) -> Iterator[Who]:
    """Within the block the advisor enters what is payable to the money manager of these accounts, as that payee and for
    them alone.

    Raises AssignmentProblem where one of them is not assigned to it now.
    """
    with cursor() as cur:
        cur.execute("SELECT app_enter_payee(%s::bigint[], %s)", [list(accounts), manager.pk])
        practice = cur.fetchone()[0]
    if practice is None:
        raise AssignmentProblem(_("The account is not assigned to this money manager"))
    try:
        yield replace(who, payee_id=practice)
    finally:
        if not connections[current_alias.get()].needs_rollback:
            with cursor() as cur:
                cur.execute("SELECT app_leave_payee()")


def _locked(who: Who, assignment: Assignment) -> Assignment | None:
    """As it stands now, held until the transaction ends; the policies let nobody hold one that has ended."""
    return assignments(who).select_for_update(of=("self",), no_key=True).filter(pk=assignment.pk).first()
