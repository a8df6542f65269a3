"""Asking for something and finishing it: one at a time, or for many firms in one statement."""

import json
from collections.abc import Collection, Mapping
from datetime import date, datetime, time

from accounts.ground.access.context import cursor
from accounts.ground.requests.models import FINAL, Request, RequestStatus
from accounts.ground.tree.models import Account
from portal.lib.exchange import EXCHANGE_ZONE


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
    """Put one thing on the pending list; asking twice with the same key is one request, reopened if it had ended, at
    the practice that the account has by then."""
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
        request.status, request.finished_at, request.practice_id = status, None, account.practice_id
        request.save(update_fields=["status", "finished_at", "practice_id"])
    return request


def ask_firms(
    *, details: Mapping[int, dict[str, object]], kind: str, status: str, title: str, natural_key: str, day: date
) -> None:
    """Put one thing on the list of each firm's top practice, with the firm's own detail; asked again it is reopened.

    `title` is an English message of the catalogue.
    """
    with cursor() as cur:
        cur.execute(
            """
            INSERT INTO accounts_request (id, firm_id, practice_id, kind, status, title, detail, natural_key, day)
            SELECT gen_random_uuid(), p.firm_id, p.id, %(kind)s, %(status)s, %(title)s, d.detail, %(key)s, %(day)s
              FROM unnest(%(firms)s::bigint[], %(details)s::jsonb[]) AS d (firm_id, detail)
              JOIN accounts_practice p ON p.firm_id = d.firm_id AND p.level = 1
            ON CONFLICT (firm_id, kind, natural_key) DO UPDATE
               SET detail = excluded.detail, status = excluded.status, finished_at = NULL
            """,
            {
                "firms": list(details),
                "details": [json.dumps(detail) for detail in details.values()],
                "kind": kind,
                "status": status,
                "title": title,
                "key": natural_key,
                "day": day,
            },
        )


def finish_by_key(*, firms: Collection[int], kind: str, natural_key: str, status: str, at: datetime) -> int:
    """End what these firms were asked by that key; how many requests that were."""
    if status not in FINAL:
        raise ValueError(f"{status} does not end a request")
    waiting = Request.unscoped.filter(firm_id__in=firms, kind=kind, natural_key=natural_key, finished_at__isnull=True)
    return waiting.update(status=status, finished_at=at)


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
