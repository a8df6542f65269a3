"""Who is woken when a night stops, and the mail that does it.

The night's own login reads no addresses: workers look under the back office's after a night, and so does beat.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Case, QuerySet, Subquery, When
from django.urls import reverse
from django.utils.translation import gettext_lazy

from accounts.ground.access.context import as_role
from accounts.ground.outbox.actions import owe_people
from accounts.ground.people.models import User
from accounts.ground.people.queries import desk
from accounts.ground.runs.models import NightWatch, Run, RunStage, RunState
from portal import nightly
from portal.lib.fingerprint import digest

# Statements often come after the night has first looked for them; later than this somebody has to look.
STATEMENTS_MAY_TAKE = timedelta(hours=3)


def may_be_woken() -> "QuerySet[User]":
    """Who sits in the back office; `is_woken` marks who was chosen."""
    newest = NightWatch.unscoped.order_by("-pk").values("user_id")[:1]
    return desk().annotate(is_woken=Case(When(pk=Subquery(newest), then=True), default=False)).order_by("username")


def watcher() -> User | None:
    """Who is woken now; nobody who has left the back office."""
    return may_be_woken().filter(is_woken=True).first()


def choose(*, user_id: int | None, by: int, at: datetime) -> NightWatch:
    """Wake this user from now on, or nobody."""
    return NightWatch.unscoped.create(user_id=user_id, by_id=by, at=at)


def tell_stopped(*, at: datetime) -> int:
    """Mail whoever is to be woken about every night that has stopped, once for each problem; how many have stopped."""
    with as_role("office"), transaction.atomic(using="office"):
        woken = watcher()
        stopped = [run for run in Run.unscoped.filter(state=RunState.HELD, paused_at=None) if _is_stopped(run, at)]
        for run in stopped if woken else ():
            _tell(woken, run)
        return len(stopped)


def _is_stopped(run: Run, at: datetime) -> bool:
    if run.started_at is None or run.started_at <= at - STATEMENTS_MAY_TAKE:
        return True
    first = RunStage.unscoped.filter(run=run, name=nightly.STAGES[0].name)
    return not first.exclude(state=RunState.DONE).exists()


def _tell(woken: User | None, run: Run) -> None:
    owe_people(
        users=[woken.pk] if woken else [],
        subject=gettext_lazy("The night of %(day)s has stopped"),
        text=gettext_lazy("The night of %(day)s has stopped: %(problem)s"),
        said={"day": run.day.isoformat(), "problem": run.problem},
        path=reverse("nights:night", args=[run.day]),
        natural_key=f"{key_of(run)}{digest(run.problem)[:16]}",
        firm_id=None,
    )


def key_of(run: Run) -> str:
    """How the keys of all mails about a stopped night begin."""
    return f"night stopped {run.day.isoformat()} "
