"""What the back office asks of the nights: run one, run a held one again. A row is the order, workers do the rest."""

from datetime import date, datetime

from django.db import transaction

from accounts.ground.access.context import current_alias
from accounts.ground.runs.models import Run
from portal import nightly, tasks


def run_night(*, day: date, at: datetime) -> Run:
    """Order the night of a day, or a held one once more, and wake the workers.

    Raises nightly.NightRefused, with the reason in words, for a day that may not be run.
    """
    with transaction.atomic(using=current_alias.get()):
        run = nightly.request(day, at=at)
        nightly.request_again(run, at=at)
        transaction.on_commit(tasks.wake, using=current_alias.get(), robust=True)
    return run
