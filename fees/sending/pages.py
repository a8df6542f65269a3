"""What the pages of invoices and of reimbursements have in common: the desk, one's own line, and what was sent."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from django.contrib import messages
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest
from django.utils.translation import ngettext

from accounts.ground.access.context import Who
from accounts.ground.days.queries import calendar
from accounts.ground.paging import page_of
from fees.proofs.words import tell
from fees.sending.queries import of_own_practice
from fees.sending.rules import Verdict, cut_off_after, cut_off_of
from portal.lib.exchange import exchange_day

KEPT_DAYS = timedelta(days=7)
MOST_CHOICES = 200
PENDING = "pending"
SHOWS = {"pending": (PENDING,), "processed": ("processed", "rejected"), "all": None}
COUNTED = (PENDING, "processed")

Line = TypeVar("Line", bound=Model)


def desk_of(request: HttpRequest, rows: "QuerySet[Any]", *, totals: Any, now: datetime) -> dict[str, Any]:
    """What a desk shows of `rows`: those pending, those of the last seven days, or all; `totals` sums a query set, of
    all payees and, where others are among them, of one's own."""
    who: Who = request.seat  # type: ignore[attr-defined]
    show = request.GET.get("show", "pending")
    show = show if show in SHOWS else "pending"
    if (states := SHOWS[show]) is not None:
        rows = rows.filter(state__in=states)
    if show == "processed":
        rows = rows.filter(business_day__gt=exchange_day(now) - KEPT_DAYS)
    page = page_of(rows, order=["-business_day", "account__sort_key", "pk"], query=request.GET)
    has_others = any(one.practice_id != who.practice_id for one in page.rows)
    counted = rows.filter(state__in=COUNTED)
    return {
        "page": page,
        "rows": [(one, _can_change(who, one, now)) for one in page.rows],
        "totals": totals(counted) if states else [],
        "own": totals(counted.filter(practice_id=who.practice_id)) if states and has_others else None,
        "show": show,
        "has_others": has_others,
        "cut_off": cut_off_after(now, calendar()),
    }


def own(who: Who, rows: "QuerySet[Line]", pk: UUID) -> Line | None:
    """The line if one's own practice sent it; everybody else's does not exist."""
    return rows.filter(of_own_practice(who), pk=pk).first()


def own_or_404(who: Who, rows: "QuerySet[Line]", pk: UUID) -> Line:
    """The same for a page."""
    if (found := own(who, rows, pk)) is None:
        raise Http404
    return found


def told(verdicts: Sequence[Verdict]) -> list[str]:
    """The sentence of each refused row, nothing for the others."""
    return [tell(one.sentence) if one.sentence else "" for one in verdicts]


def say(request: HttpRequest, answer: Mapping[str, int], sent: str) -> None:
    """Tell how many rows were sent, in the words `sent`, and how many were not."""
    if answer["accepted"]:
        messages.success(request, sent % {"count": answer["accepted"]})
    if answer["refused"]:
        words = ngettext("%(count)s row was refused.", "%(count)s rows were refused.", answer["refused"])
        messages.warning(request, words % {"count": answer["refused"]})


def _can_change(who: Who, one: Any, now: datetime) -> bool:
    is_own = who.practice_id in (one.practice_id, one.account.practice_id)
    return is_own and one.state == PENDING and now < cut_off_of(one.business_day)
