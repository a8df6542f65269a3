"""Asking for something and finishing it."""

from datetime import date, datetime, time

from accounts.ground.days.rules import EXCHANGE_ZONE
from accounts.ground.requests.models import FINAL, Request, RequestStatus
from accounts.ground.tree.models import Account


def ask(
    *,
    account: Account,
    kind: str,
    title: str,
    natural_key: str,
    day: date,
    status: str = RequestStatus.INCOMPLETE,
    detail: dict[str, object] | None = None,
) -> Request:
    """Put one thing on the pending list; asking twice with the same key is one request, reopened if it had ended."""
    request, is_new = Request.unscoped.get_or_create(
        firm_id=account.firm_id,
        kind=kind,
        natural_key=natural_key,
        defaults={
            "practice_id": account.practice_id,
            "account": account,
            "status": status,
            "title": title,
            "detail": detail or {},
            "day": day,
        },
    )
    if not is_new and request.status in FINAL:
        request.status, request.finished_at = status, None
        request.save(update_fields=["status", "finished_at"])
    return request


def finish(*, request: Request, status: str, at: datetime) -> bool:
    """End a request once; False when somebody else has ended it."""
    if status not in FINAL:
        raise ValueError(f"{status} does not end a request")
    changed = Request.unscoped.filter(pk=request.pk, finished_at__isnull=True).update(status=status, finished_at=at)
    return changed == 1


def end_requests(*, account: Account, kind: str, status: str, day: date) -> int:
    """End what waits about an account because what it waited for happened elsewhere; how many there were."""
    at = datetime.combine(day, time(12), EXCHANGE_ZONE)
    waiting = Request.unscoped.filter(account=account, kind=kind, finished_at__isnull=True)
    return sum(finish(request=request, status=status, at=at) for request in waiting)
