"""Asking for statements to be loaded or fetched: a job is a row, and workers are woken once it is there."""

from collections.abc import Sequence
from datetime import datetime

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from accounts.broker.service.actions import claim
from accounts.broker.service.models import FlexQuery
from accounts.ground.access.context import Who, current_alias
from accounts.ground.jobs import actions as jobs
from accounts.ground.jobs.models import Job
from portal.office.statements import files, work

UPLOAD, FETCH = work.UPLOAD, work.FETCH


def upload(*, who: Who, uploaded: Sequence[UploadedFile]) -> Job:
    """Take files and ask for their import. Raises files.UploadProblem, and then keeps none of them."""
    files.check(uploaded)
    kept = files.keep(uploaded)
    names = [files.plain_name(file.name or "") for file in uploaded]
    return _asked(who, UPLOAD, {"files": kept, "names": names})


def fetch_now(*, who: Who, query: FlexQuery, at: datetime) -> Job:
    """Ask for a query to be fetched and loaded. Raises ServiceProblem where it was asked a moment ago."""
    with transaction.atomic(using=current_alias.get()):
        claim(query=query, at=at)
        return _asked(who, FETCH, {"query": query.pk, "names": [query.name]})


def _asked(who: Who, kind: str, arguments: dict[str, object]) -> Job:
    with transaction.atomic(using=current_alias.get()):
        job = jobs.ask(who=who, kind=kind, arguments=arguments)
        transaction.on_commit(_wake, using=current_alias.get(), robust=True)
    return job


def _wake() -> None:
    """A lost message costs some minutes: beat looks by itself."""
    from portal.office.statements.tasks import look

    look.apply_async(retry=False)
