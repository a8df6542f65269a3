"""Semi-electronic applications: the practice answers for the client, who signs on paper."""

from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.desk.applying import actions as applying
from accounts.desk.applying import papers
from accounts.desk.applying.actions import Wish
from accounts.desk.applying.behind import of_row, sealed_with
from accounts.desk.applying.going_on import is_with_office
from accounts.desk.applying.models import Application, Method
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
            one_at_a_time("user names of applications")  # a workbook may be giving this one at this moment
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
    if is_with_office(application):
        raise ApplicationProblem(_("The signed form is with the back office; the answers stay as they were signed."))


def save(*, application: Application, form: StepForm) -> None:
    """Keep one page of answers. Raises ApplicationProblem."""
    one_at_a_time(f"application {application.pk}")
    now = Application.unscoped.select_related("account", "practice").get(pk=application.pk)
    check_open(now)
    behind = of_row(now)
    # No page is skipped: a later one may ask about what an earlier one has said.
    before = [step.slug for step in behind.steps[: [step.slug for step in behind.steps].index(form.slug)]]
    if any(slug not in behind.answers for slug in before):
        raise ApplicationProblem(_("Answer the pages before this one first."))
    now.answers, now.steps_done = sealed_with(behind, form)
    now.save(update_fields=["answers", "steps_done"])


def printed(application: Application, at: datetime) -> str:
    """The text that is printed to be signed. Raises ApplicationProblem while answers are missing, or no longer hold."""
    if application.method != Method.SEMI:
        raise ApplicationProblem(_("The client answers this application."))
    return papers.printed(application, at)
