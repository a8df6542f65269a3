"""Who may have exam packs, and those that a person has asked for."""

from django.db.models import QuerySet
from django.http import Http404, HttpRequest

from accounts.ground.access.context import Who
from accounts.ground.access.gates import may_pass, refused
from accounts.ground.jobs.models import Job
from portal.examination.contents import GATES
from portal.exports import actions as exports


def examined(request: HttpRequest) -> Who:
    """The advisor who asks: a practice is examined, not its clients."""
    who: Who = request.seat  # type: ignore[attr-defined]
    if not who.is_advisor:
        raise Http404
    return who


def packs(who: Who) -> "QuerySet[Job]":
    """One's own, asked for in this seat."""
    own = Job.unscoped.filter(user_id=who.user_id, seat_id=who.seat_id, kind=exports.KIND)
    return own.filter(arguments__table=exports.PACK)


def look_at_gates(who: Who, job: Job) -> None:
    """Whether the person still passes every gate that was passed for a pack; the refusal of the first that is shut."""
    for name in (job.result or {}).get("gates", ()):
        if not may_pass(who, GATES[name]):
            raise refused(who, GATES[name])
