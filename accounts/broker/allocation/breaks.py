"""Breaks: blocks whose executions, corrected by a later statement, no longer add up to what was written down.

Each is one pending item of the practice that placed the block, which the back office sees too; it ends by itself when
the sums agree again.
"""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from accounts.ground.access.context import cursor
from accounts.ground.requests.actions import ask, finish
from accounts.ground.requests.models import Request, RequestKind, RequestStatus
from accounts.ground.tree.models import Account
from portal.lib.words import gettext_noop

TITLE = gettext_noop("The executions no longer add up to the block trade")

_SUMS = """
    SELECT b.id, b.account_id, b.quantity, b.withdrawn_at IS NOT NULL, sum(abs(t.quantity)),
           bool_and(t.symbol = b.symbol)
      FROM broker_block b
      JOIN broker_blockexecution e ON e.block_id = b.id AND e.released_at IS NULL
      JOIN broker_trade t ON t.id = e.trade_id
     WHERE %(block)s::uuid IS NULL OR b.id = %(block)s::uuid
     GROUP BY b.id
    HAVING sum(abs(t.quantity)) <> b.quantity OR NOT bool_and(t.symbol = b.symbol)
"""
_KEY = "block:"


def look_again(*, day: date, at: datetime, block: UUID | None = None) -> int:
    """Open a pending item for each break and end those that are none any more; how many there are.

    Of one block, or of all that the acting role sees.
    """
    with cursor() as cur:
        cur.execute(_SUMS, {"block": block})
        broken = {str(row[0]): row for row in cur.fetchall() if not row[3]}
    accounts = {one.pk: one for one in Account.unscoped.filter(pk__in={row[1] for row in broken.values()})}
    waiting = _waiting(block)
    for key, (_pk, account, quantity, _gone, executed, _same) in broken.items():
        if key in waiting and waiting[key].detail == _detail(key, quantity, executed):
            continue
        request = ask(
            account=accounts[account],
            kind=RequestKind.ALLOCATION,
            title=TITLE,
            natural_key=_KEY + key,
            day=day,
            status=RequestStatus.AWAITING_ADVISOR,
            detail=_detail(key, quantity, executed),
        )
        Request.unscoped.filter(pk=request.pk).update(detail=_detail(key, quantity, executed))
    for key, request in waiting.items():
        if key not in broken:
            finish(request=request, status=RequestStatus.APPROVED, at=at)
    return len(broken)


def _waiting(block: UUID | None) -> dict[str, Request]:
    rows = Request.unscoped.filter(kind=RequestKind.ALLOCATION, finished_at__isnull=True)
    if block is not None:
        rows = rows.filter(natural_key=f"{_KEY}{block}")
    return {row.natural_key.removeprefix(_KEY): row for row in rows}


def _detail(block: str, quantity: Decimal, executed: Decimal) -> dict[str, object]:
    return {"block": block, "quantity": format(quantity, "f"), "executed": format(executed, "f")}
