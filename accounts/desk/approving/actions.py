"""The back office's part in applications: tasks done or rejected, the broker's number, the approval."""

from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.desk.applying import telling
from accounts.desk.applying.behind import facts_of, of_row, problem_step
from accounts.desk.applying.kinds import BY_KEY
from accounts.desk.applying.models import Application, ApplicationFile, ApplicationTask, Method, TaskStanding
from accounts.desk.applying.rules import ApplicationProblem
from accounts.desk.applying.tasklist import BY_SIGNING, TAX, duties_of
from accounts.ground.access.context import current_alias
from accounts.ground.access.locks import one_at_a_time
from accounts.ground.people.models import ClientRight, Party
from accounts.ground.trail.actions import record
from accounts.ground.tree import actions as tree
from accounts.ground.tree.models import Account, Status
from accounts.ground.tree.rules import clean_number
from portal.lib.words import gettext_noop

LONGEST_REASON = 300
# By these letters the portal's own numbers are told from the broker's.
OURS = "A"
OF_CLIENTS = "U"


def finish(*, task: ApplicationTask, at: datetime) -> bool:
    """A task is done; False when it was already. Raises ApplicationProblem."""
    now = _held(task)
    if now.standing == TaskStanding.DONE:
        return False
    if now.key in BY_SIGNING and now.application.method != Method.SEMI:
        raise ApplicationProblem(_("This is done when the client signs the application."))
    if now.takes_file and not ApplicationFile.unscoped.filter(task=now).exists():
        raise ApplicationProblem(_("No document was handed in for this task yet."))
    now.standing, now.reject_reason, now.completed_at = TaskStanding.DONE, "", at
    now.save(update_fields=["standing", "reject_reason", "completed_at"])
    return True


def reject(*, task: ApplicationTask, reason: str, day: date) -> None:
    """What was handed in is not enough; the reason is told to the practice and to the client. Raises
    ApplicationProblem."""
    said = " ".join(reason.split())
    if not said:
        raise ApplicationProblem(_("Say why it is rejected."))
    now = _held(task)
    now.standing, now.reject_reason, now.completed_at = TaskStanding.REJECTED, said[:LONGEST_REASON], None
    now.save(update_fields=["standing", "reject_reason", "completed_at"])
    title = gettext_noop("A task of the application was rejected")
    record(account=now.account, kind="application", title=title, day=day)
    telling.rejected(now, day)


def give_number(*, application: Application, number: str) -> None:
    """The broker's number of the account. Raises TreeProblem and ApplicationProblem."""
    number = clean_number(number)
    with transaction.atomic(using=current_alias.get()):
        account = _application_account(application)
        if number.startswith(OURS):
            raise ApplicationProblem(_("Numbers of the broker do not begin with A."))
        if not number.removeprefix("D").startswith(OF_CLIENTS):
            raise ApplicationProblem(_("The number of a client's account begins with U."))
        account.number = number
        try:
            with transaction.atomic(using=current_alias.get()):
                account.save(update_fields=["number"])
        except IntegrityError as problem:
            raise tree.NumberTaken(_("There is an account with this number already.")) from problem


def approve(*, application: Application, day: date) -> Account:
    """Open the account, once every task that the approval needs is done; the client is told if that was wished.

    Raises ApplicationProblem and TreeProblem; the account stays as it was.
    """
    with transaction.atomic(using=current_alias.get()):
        account = _application_account(application)
        now = Application.unscoped.select_related("account", "practice").get(pk=application.pk)
        if now.method != Method.SEMI and now.submitted_at is None:
            raise ApplicationProblem(_("The client has not signed this application yet."))
        left = _left(now)
        if left:
            raise ApplicationProblem(_("Not done yet: %(tasks)s") % {"tasks": ", ".join(left)})
        if account.number.startswith(OURS):
            raise ApplicationProblem(_("Enter the broker's number of the account first."))
        if now.method == Method.SEMI:
            _settle(account, now, day)
        if account.status == Status.NEW:
            account = tree.change_status(account=account, status=Status.PENDING, day=day)
        account = tree.change_status(account=account, status=Status.OPEN, day=day)
        now.account = account
        if now.tells_opening:
            telling.opened(now)
    return account


def _left(application: Application) -> list[str]:
    """What the approval needs and has not, in words; also what was never asked, because it was not needed then."""
    tasks = ApplicationTask.unscoped.filter(application=application).order_by("place")
    asked = {one.key: one for one in tasks}
    open_ones = [str(one) for one in asked.values() if one.for_approval and one.standing != TaskStanding.DONE]
    duties = duties_of(BY_KEY[application.kind], on_paper=application.method == Method.SEMI)
    return open_ones + [str(one.words) for one in duties if one.for_approval and one.key not in asked]


def _settle(account: Account, application: Application, day: date) -> None:
    """What the practice has answered and the client has signed on paper becomes what the account is.

    Raises ApplicationProblem where the answers are not whole, or do not hold together on the day of the approval.
    """
    behind = of_row(application)
    if not behind.is_ready:
        raise ApplicationProblem(_("The practice has not answered every page yet."))
    if problem_step(behind, day):
        raise ApplicationProblem(_("Some answers do not hold any more; reject the signed form, so that they change."))
    facts = facts_of(behind)
    account.title, account.sort_key = facts["title"][:200], facts["sort_key"]
    account.holder_born_on = date.fromisoformat(facts["youngest"]) if facts["youngest"] else None
    account.margin_kind, account.base_currency = facts["margin"], facts["currency"]
    account.save(update_fields=["title", "sort_key", "holder_born_on", "margin_kind", "base_currency"])
    # Of somebody who has other accounts, the broker's own record stays as it is.
    others = ClientRight.unscoped.filter(party_id=application.party_id).exclude(account_id=account.pk)
    if not others.exists():
        Party.unscoped.filter(pk=application.party_id).update(
            legal_name=facts["name"][:200], residence=facts["residence"], born_on=facts["born_on"]
        )
    ApplicationTask.unscoped.filter(application=application, key=TAX).update(form_number=facts["tax_form"])


def _held(task: ApplicationTask) -> ApplicationTask:
    """The task as it is now, held for a change. Raises ApplicationProblem."""
    one_at_a_time(f"application {task.application_id}")
    rows = ApplicationTask.unscoped.select_related("account", "application__practice")
    now = rows.get(pk=task.pk)
    if not now.account.is_application and now.for_approval:
        raise ApplicationProblem(_("The application has ended."))
    return now


def _application_account(application: Application) -> Account:
    """The account of an application that has not ended, held for a change. Raises ApplicationProblem."""
    one_at_a_time(f"application {application.pk}")
    account = Account.unscoped.select_for_update(of=("self",), no_key=True).get(pk=application.account_id)
    if not account.is_application:
        raise ApplicationProblem(_("The application has ended."))
    return account
