"""Files of movements that did not reach the broker: each is a pending item of its firm until it has."""

from datetime import datetime

from django.db import transaction

from accounts.broker.funding.models import FundingFile
from accounts.ground.access.context import as_role
from accounts.ground.outbox.models import OutboxMessage
from accounts.ground.requests.actions import ask_firms, finish_by_key
from accounts.ground.requests.models import Request, RequestKind, RequestStatus
from portal.lib.exchange import exchange_day
from portal.lib.words import gettext_noop

STUCK = gettext_noop("A file of movements did not reach the broker")
_KEY = "funding file "


def watch_files(*, at: datetime) -> int:
    """List what its carrier has given up, and take off the list what has left since; how many changed."""
    with as_role("office"), transaction.atomic(using="office"):
        listed = Request.unscoped.filter(
            kind=RequestKind.INSTRUCTION, natural_key__startswith=_KEY, finished_at__isnull=True
        )
        open_keys = set(listed.values_list("natural_key", flat=True))
        messages = OutboxMessage.unscoped.filter(natural_key__startswith=_KEY)
        stuck = messages.filter(delivered_at=None, failed_at__isnull=False).exclude(natural_key__in=open_keys)
        new = {one.natural_key: one for one in stuck.order_by("pk")}
        files = {
            one.natural_key: one for one in FundingFile.unscoped.filter(name__in=[m.subject for m in new.values()])
        }
        for key, file in sorted(files.items()):
            ask_firms(
                details={file.firm_id: {"file": file.name, "why": new[key].last_error}},
                kind=RequestKind.INSTRUCTION,
                status=RequestStatus.AWAITING_BROKER,
                title=STUCK,
                natural_key=key,
                day=exchange_day(at),
            )
        left = messages.filter(natural_key__in=open_keys, delivered_at__isnull=False)
        gone = sum(
            finish_by_key(
                firms=[one.firm_id],
                kind=RequestKind.INSTRUCTION,
                natural_key=one.natural_key,
                status=RequestStatus.APPROVED,
                at=at,
            )
            for one in left
            if one.firm_id is not None
        )
        return len(files) + gone
