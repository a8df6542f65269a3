"""Documents that the practice hands in for its clients; of the form that is signed by hand the text goes along."""

from dataclasses import replace
from datetime import datetime
from uuid import uuid4

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from accounts.desk.applying.actions import MOST_FILES, paper
from accounts.desk.applying.behind import of_row, problem_step, sealed_text, seen_hash, text_of
from accounts.desk.applying.models import Application, ApplicationFile, ApplicationTask, TaskStanding
from accounts.desk.applying.rules import ApplicationProblem
from accounts.desk.applying.tasklist import SIGNED
from accounts.desk.applying.telling import place_of
from accounts.ground.access.context import Who
from accounts.ground.access.locks import one_at_a_time
from accounts.ground.writing import told_in
from portal.lib.exchange import exchange_day


def hand_in(*, who: Who, task: ApplicationTask, file: UploadedFile, at: datetime) -> ApplicationFile:
    """A document for a task, in the client's stead; the back office looks at it. Raises ApplicationProblem."""
    enclosed = paper(file)
    one_at_a_time(f"application {task.application_id}")
    now = ApplicationTask.unscoped.select_related("account").get(pk=task.pk)
    if not now.account.is_application or not now.takes_file or now.standing == TaskStanding.DONE:
        raise ApplicationProblem(_("Nothing is to be handed in for this task."))
    if ApplicationFile.unscoped.filter(task=now).count() >= MOST_FILES:
        raise ApplicationProblem(_("There are too many documents for this task already."))
    if now.key == SIGNED:
        _keep_text(now.application_id, at)
    row = ApplicationFile.unscoped.create(
        id=uuid4(),
        task=now,
        application_id=now.application_id,
        firm_id=now.firm_id,
        practice_id=now.practice_id,
        account_id=now.account_id,
        name=enclosed.name,
        kind=enclosed.kind,
        size=len(enclosed.content),
        sha256=enclosed.sha256,
        sent_by=who.user_id,
        at=at,
    )
    now.standing, now.reject_reason = TaskStanding.REVIEW, ""
    now.save(update_fields=["standing", "reject_reason"])
    default_storage.save(row.place, ContentFile(enclosed.content))
    return row


def printed(application: Application, at: datetime) -> str:
    """The text of the form that is signed by hand, in the client's language. Raises ApplicationProblem while answers
    are missing, or no longer hold."""
    behind, day = replace(of_row(application), place=place_of(application.practice_id, at)), exchange_day(at)
    if problem_step(behind, day):
        raise ApplicationProblem(_("Some answers are missing or no longer hold; please look at the marked page."))
    with told_in(application.language):
        return text_of(behind, day)


def _keep_text(application_id: object, at: datetime) -> None:
    """What the paper that is handed in was printed from; its answers are closed from here on."""
    now = Application.unscoped.select_related("account", "practice").get(pk=application_id)
    text = printed(now, at)
    now.paper, now.paper_hash = sealed_text(text), seen_hash(text)
    now.save(update_fields=["paper", "paper_hash"])
