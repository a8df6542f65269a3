"""What may be assigned to a money manager, and why not; no rows are read here."""

from django.utils.translation import gettext as _

from accounts.ground.tree.models import Account, Kind, Status


class AssignmentProblem(ValueError):
    """A sentence a person can read: why an account cannot be assigned, or an assignment not be answered."""


class AssignmentConflict(AssignmentProblem):
    """The assignment stands where this cannot be done any more."""


def check_may_assign(account: Account) -> None:
    """Raises AssignmentProblem unless an account of this kind trades with a money manager."""
    if account.kind != Kind.CLIENT:
        raise AssignmentProblem(_("Only client accounts are assigned to a money manager"))
    if account.status != Status.OPEN:
        raise AssignmentProblem(_("Only an open account is assigned to a money manager"))
