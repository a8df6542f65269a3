"""Files that take long: one maker a job, in the name, the language and the forms of who asked for it."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from django.utils import timezone, translation

from accounts.ground.access.context import Who, acting
from accounts.ground.jobs import actions as jobs
from accounts.ground.jobs.models import Job
from accounts.ground.people.models import User
from accounts.ground.writing import Forms, written_as
from portal.exports.actions import KIND
from portal.exports.alone import alone
from portal.preferences.queries import chosen_forms


class Makes(Protocol):
    """Makes the file of a job step by step; `acting` is a transaction in the person's name, or in nobody's."""

    def __call__(
        self, *, job: Job, acting: Callable[[], AbstractContextManager[Who | None]], at: Callable[[], datetime]
    ) -> None: ...


def make_alone(
    job: str, user_id: int, seat_id: int, *, make: Makes, language_of: Callable[[Job], str] = lambda job: ""
) -> None:
    """Make one file; called again, or twice, it changes nothing. After a worker that was killed it begins anew.

    `language_of` tells the language where the job asks for another one than the person's.
    """
    with alone(job) as is_alone:
        if not is_alone:
            return
        with acting(user_id, seat_id=seat_id) as who:
            found = Job.unscoped.filter(pk=job, kind=KIND).first() if who else None
            language = User.objects.filter(pk=user_id).values_list("language", flat=True).first() or "en"
            forms = chosen_forms(user_id) if who else Forms()
        if found is None:
            return
        try:
            with translation.override(language_of(found) or language), written_as(forms):
                make(job=found, acting=lambda: acting(user_id, seat_id=seat_id), at=timezone.now)
        except Exception as problem:
            with acting(user_id, seat_id=seat_id):
                jobs.start(job=found, at=timezone.now())
                jobs.end(job=found, at=timezone.now(), problem=type(problem).__name__)
            raise
