"""Applications for a person: their list, one of them with its tasks, and the documents that were handed in."""

from datetime import datetime
from uuid import UUID

from django.db.models import Case, CharField, Count, F, Prefetch, Q, QuerySet, Value, When
from django.http import Http404
from django.utils.translation import gettext as _

from accounts.desk.applying.models import Application, ApplicationFile, ApplicationTask, TaskStanding
from accounts.desk.applying.rules import ApplicationProblem
from accounts.ground.access.authority import Function
from accounts.ground.access.context import Who
from accounts.ground.access.scope import account_for, scope
from accounts.ground.invitations.models import ON_THE_WAY, InvitationState
from accounts.ground.tree.models import Account

ORDERS = {"created": "created_at", "name": "name", "state": "state_now", "account": "account__number"}
USUAL_ORDER = "-created"


def applications(who: Who, at: datetime) -> "QuerySet[Application]":
    """Those of the practice, with the state that time has brought and how many tasks are left for the approval."""
    late = Q(state__in=ON_THE_WAY, expires_at__lte=at)
    left = Q(tasks__for_approval=True) & ~Q(tasks__standing=TaskStanding.DONE)
    return (
        scope(who, Application, Function.MANAGE)
        .select_related("account")
        .annotate(
            state_now=Case(
                When(late, then=Value(InvitationState.EXPIRED.value)), default=F("state"), output_field=CharField()
            ),
            left=Count("tasks", filter=left),
        )
    )


def application_for(who: Who, number: str) -> tuple[Account, Application | None]:
    """An account that the person manages, with its application where one was begun here; hidden and missing answer
    alike."""
    account = account_for(who, number, Function.MANAGE)
    rows = scope(who, Application, Function.MANAGE).select_related("account", "practice")
    return account, rows.filter(account=account).first()


def begun(who: Who, number: str) -> Application:
    """The same where there has to be one. Raises ApplicationProblem."""
    _account, application = application_for(who, number)
    if application is None:
        raise ApplicationProblem(_("No client was invited to apply for this account."))
    return application


def tasks_of(who: Who, application: Application) -> "QuerySet[ApplicationTask]":
    """Its tasks in their order, each with what was handed in."""
    files = Prefetch("files", queryset=scope(who, ApplicationFile, Function.MANAGE).order_by("at", "pk"))
    rows = scope(who, ApplicationTask, Function.MANAGE).filter(application=application)
    return rows.prefetch_related(files).order_by("place")


def task_for(who: Who, application: Application, pk: str) -> ApplicationTask:
    """One of its tasks."""
    try:
        key = UUID(pk)
    except ValueError:
        raise Http404 from None
    found = scope(who, ApplicationTask, Function.MANAGE).filter(application=application, pk=key).first()
    if found is None:
        raise Http404
    return found


def file_for(who: Who, application: Application, pk: UUID) -> ApplicationFile:
    """One of its documents."""
    found = scope(who, ApplicationFile, Function.MANAGE).filter(application=application, pk=pk).first()
    if found is None:
        raise Http404
    return found
