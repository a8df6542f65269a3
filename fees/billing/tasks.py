"""Works a forecast out in its asker's name, and keeps no more than the answer."""

from datetime import timedelta
from uuid import UUID

from celery import shared_task
from django.db import transaction
from django.utils import timezone

from accounts.ground.access.context import Who, acting, current_alias
from accounts.ground.jobs import actions as jobs
from accounts.ground.jobs.models import Job
from accounts.ground.tree.models import Status
from fees.billing.forecast import ForecastRefused, forecast
from fees.billing.queries import KIND, accounts_of
from fees.billing.rules import Month

# Far within the time after which its worker counts as lost.
LONGEST = timedelta(minutes=10)


def wake(who: Who, job: Job) -> None:
    """Call a worker once the row is there; a second worker finds it taken."""
    transaction.on_commit(
        lambda: work_out.delay(str(job.pk), who.user_id, who.seat_id), using=current_alias.get(), robust=True
    )


@shared_task(name="fees.forecast")
def work_out(job: str, user_id: int, seat_id: int, **_extra: object) -> None:
    """The person's rights are asked first; the nights are then run by their own login, and rolled back."""
    with acting(user_id, seat_id=seat_id) as who:
        row = Job.unscoped.filter(pk=UUID(job), user_id=user_id, kind=KIND).first()
        if who is None or row is None or not jobs.start(job=row, at=timezone.now()):
            return
        accounts = list(accounts_of(who).filter(status=Status.OPEN).values_list("pk", flat=True))
    try:
        month = Month.read(row.arguments["month"], timezone.now().date())
        until = timezone.now() + LONGEST
        found = forecast(
            practice=who.practice_id or 0,
            accounts=accounts,
            month=month,
            at=timezone.now(),
            may_go_on=lambda: timezone.now() < until,
        )
        result, problem = found.stored(), ""
    except ForecastRefused as refused:
        result, problem = None, str(refused)
    except Exception as failed:
        _end(row, user_id, seat_id, None, type(failed).__name__)
        raise
    _end(row, user_id, seat_id, result, problem)


def _end(row: Job, user_id: int, seat_id: int, result: object, problem: str) -> None:
    with acting(user_id, seat_id=seat_id):
        jobs.end(job=row, at=timezone.now(), result=result, problem=problem)
