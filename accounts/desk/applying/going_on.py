"""Accounts that were applied for: what moves them on is the signature, the tasks and the broker's number."""

from django.utils.translation import gettext as _

from accounts.desk.applying.models import Application, ApplicationTask, TaskStanding
from accounts.desk.applying.tasklist import SIGNED
from accounts.ground.tree.by_hand import decided_elsewhere
from accounts.ground.tree.models import Account, Status

# What a person who looks after the account would have to sign, to finish or to approve.
_BY_TASKS = ((Status.NEW, Status.PENDING), (Status.PENDING, Status.OPEN))
_AGAIN = (Status.ABANDONED, Status.NEW)


def reason_against(account: Account, status: str) -> str | None:
    """Why this account does not get this status by hand; None where it does."""
    step = (account.status, status)
    if step not in (*_BY_TASKS, _AGAIN):
        return None
    application = Application.unscoped.filter(account_id=account.pk).only("pk", "submitted_at").first()
    if application is None:
        return None
    if step in _BY_TASKS:
        return _("This account goes on when the client has signed and the back office has approved its application.")
    if application.submitted_at is not None or is_with_office(application):
        return _("The client had signed this application before it was deleted. Please invite the client again.")
    return None


def is_with_office(application: Application) -> bool:
    """Whether the paper that the client has signed by hand lies with the back office, or was found good."""
    signed = ApplicationTask.unscoped.filter(application=application, key=SIGNED)
    return signed.filter(standing__in=[TaskStanding.REVIEW, TaskStanding.DONE]).exists()


decided_elsewhere(reason_against)
