"""What clients' investments in hedge funds are worth, and which fees wait for a value."""

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.ground.access.gates import gate
from accounts.ground.paging import page_of
from accounts.ground.tree.queries import typed
from fees.funds.queries import told, waiting

MOST_WAITING = 20


@gate("set_fees")
@require_safe
def investments(request: HttpRequest) -> HttpResponse:
    """The latest day first, every correction as a row of its own."""
    who = request.seat  # type: ignore[attr-defined]
    text = typed(request.GET.get("q"))
    page = page_of(told(who, text=text), order=["-day", "-pk"], query=request.GET)
    held = list(waiting(who)[: MOST_WAITING + 1])
    context = {
        "page": page,
        "rows": page.rows,
        "typed": text,
        "waiting": [_awaited(one.account, one.detail) for one in held[:MOST_WAITING]],
        "more": len(held) > MOST_WAITING,
    }
    return render(request, "fees/funds/list.html", context)


def _awaited(account: object, detail: str) -> dict[str, object]:
    """An account's fee that waits, with the fund and the day that its hold names."""
    fund, _space, day = detail.rpartition(" ")
    return {"account": account, "fund": fund, "day": date.fromisoformat(day)}
