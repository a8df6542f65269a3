"""Semi-electronic applications: the practice answers for the client, who signs on paper."""

from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.desk.applying import actions as applying
from accounts.desk.applying.actions import Wish
from accounts.desk.applying.behind import of_row, problem_step, sealed_with
from accounts.desk.applying.models import Application, ApplicationTask, Method, TaskStanding
from accounts.desk.applying.rules import ApplicationProblem
from accounts.desk.applying.step_forms import StepForm
from accounts.desk.applying.usernames import clean_name
from accounts.ground.access.context import Who, current_alias, cursor
from accounts.ground.access.locks import one_at_a_time
from accounts.ground.tree.models import Account


def begin(*, who: Who, parent: Account, wish: Wish, username: str, at: datetime, day: date) -> Application:
    """The application with its tasks, under a user name that stays. Raises ApplicationProblem and TreeProblem."""
    name = clean_name(username)
    try:
        with transaction.atomic(using=current_alias.get()):
            with cursor() as cur:
                cur.execute("SELECT desk_username_is_free(%s)", [name])
                (is_free,) = cur.fetchone()
            if not is_free:
                raise ApplicationProblem(_("Somebody signs in with this name already."))
            return applying.draft(who=who, parent=parent, wish=wish, method=Method.SEMI, username=name, at=at, day=day)
    except IntegrityError as problem:
        if "application_username_once" not in str(problem):
            raise
        raise ApplicationProblem(_("Somebody signs in with this name already.")) from problem


def check_open(application: Application) -> None:
    """Raises ApplicationProblem where the practice has nothing to answer, or the signed form is handed in already."""
    if application.method != Method.SEMI:
        raise ApplicationProblem(_("The client answers this application."))
    if not application.account.is_application:
        raise ApplicationProblem(_("The application has ended."))
    signed = ApplicationTask.unscoped.filter(application=application, key="signed")
    if signed.filter(standing__in=[TaskStanding.REVIEW, TaskStanding.DONE]).exists():
        raise ApplicationProblem(_("The signed form is with the back office; the answers stay as they were signed."))


def save(*, application: Application, form: StepForm) -> None:
    """Keep one page of answers. Raises ApplicationProblem."""
    one_at_a_time(f"application {application.pk}")
    now = Application.unscoped.select_related("account", "practice").get(pk=application.pk)
    check_open(now)
    now.answers, now.steps_done = sealed_with(of_row(now), form)
    now.save(update_fields=["answers", "steps_done"])


def check_printable(application: Application, day: date) -> None:
    """Raises ApplicationProblem while answers are missing, or no longer hold."""
    if application.method != Method.SEMI:
        raise ApplicationProblem(_("The client answers this application."))
    if problem_step(of_row(application), day):
        raise ApplicationProblem(_("Some answers are missing or no longer hold; please look at the marked page."))
