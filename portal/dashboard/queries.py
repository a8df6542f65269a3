"""What the dashboard shows, for one person; the number of queries does not grow with the number of clients."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Case, CharField, Count, F, Q, QuerySet, TextChoices, Value, When, Window
from django.db.models.functions import TruncDate
from django.utils.translation import gettext as _

from accounts.broker.feed.merge_sql import TITLES
from accounts.broker.feed.night import NO_NAV
from accounts.desk.mailboxes.rules import State as MailboxState
from accounts.ground.access.context import Who
from accounts.ground.access.scope import scope
from accounts.ground.amounts import money_words
from accounts.ground.paging import order_of
from accounts.ground.people.models import Role
from accounts.ground.requests.models import RequestKind, RequestStatus
from accounts.ground.requests.queries import finished_since, pending
from accounts.ground.runs.models import Hold
from accounts.ground.stored_words import said
from accounts.ground.trail.models import Event
from accounts.ground.tree.models import Account, Status
from portal.lib.exchange import EXCHANGE_ZONE

PENDING_SHOWN = 10
ACTIVITY_SHOWN = 6
MISSING_SHOWN = 3
ACTIVITY_DAYS = 5
# Events whose title does not say how far they have got; every other state is a code for programs.
STATES = {"status": dict(Status.choices), "mailbox": dict(MailboxState.choices)}

WAITS_FOR_ADVISOR = (RequestStatus.INCOMPLETE, RequestStatus.AWAITING_ADVISOR)
WAITS_FOR_CLIENT = (RequestStatus.INCOMPLETE, RequestStatus.AWAITING_CLIENT)


@dataclass(frozen=True)
class Pending:
    """Pending items: those shown, how many there are, and how many of them wait for the reader."""

    rows: list[Any]
    total: int
    mine: int


def own(who: Who, rows: "QuerySet[Any]") -> "QuerySet[Any]":
    """Only the person's own practice: what waits at a second-level advisor is that advisor's business."""
    return rows.filter(practice_id=who.practice_id) if who.practice_id else rows


def pending_rows(who: Who) -> "QuerySet[Any]":
    """Pending items with the words they are sorted and shown by."""
    return own(who, pending(who)).annotate(
        kind_words=_words("kind", RequestKind),
        status_words=_words("status", RequestStatus),
        is_mine=Case(When(status__in=_mine(who), then=Value(1)), default=Value(0)),
    )


PENDING_ORDERS = {
    "date": "day",
    "account": "account__number",
    "type": "kind_words",
    "title": "account__sort_key",
    "status": "status_words",
}
USUAL_ORDER = "-date"


def pending_order(sort: str) -> list[str]:
    """Columns behind a heading; rows alike in it by day, those of one day by the moment."""
    first, last = order_of(sort, PENDING_ORDERS, USUAL_ORDER)
    return [first, "-created_at" if first.lstrip("-") == "day" else "-day", last]


def pending_items(who: Who, sort: str) -> Pending:
    """The first pending items in the order asked for; counts come with the rows, in one query."""
    rows = pending_rows(who).annotate(
        all_of=Window(Count("pk")),
        mine_of=Window(Count("pk", filter=Q(status__in=_mine(who)))),
    )
    shown = list(rows.order_by(*pending_order(sort))[:PENDING_SHOWN])
    return Pending(shown, shown[0].all_of if shown else 0, shown[0].mine_of if shown else 0)


def without_value(who: Who, day: date) -> list[Account]:
    """Accounts that a night has found without a value on its day, so that the figures of that day are not whole."""
    held = scope(who, Hold).filter(day=day, reason=NO_NAV)
    if who.role == Role.SECOND:
        held = own(who, held)
    return [one.account for one in held.select_related("account").order_by("account__number")[: MISSING_SHOWN + 1]]


def recent_activity(who: Who, today: date, limit: int = ACTIVITY_SHOWN) -> list[dict[str, Any]]:
    """What happened in the last five days: events of accounts, and requests that have ended."""
    first = today - timedelta(days=ACTIVITY_DAYS)
    names = ("on", "number", "what", "event", "state", "more")
    events = (
        own(who, scope(who, Event))
        .filter(day__gte=first, day__lte=today)
        .annotate(
            on=F("day"),
            number=F("account__number"),
            what=F("title"),
            event=F("kind"),
            state=Case(When(Q(kind__in=STATES) | Q(status=TITLES["done"]), then=F("status")), default=Value("")),
            more=F("data"),
        )
    )
    finished = own(who, finished_since(who, datetime.combine(first, time.min, EXCHANGE_ZONE))).annotate(
        on=TruncDate("finished_at", tzinfo=EXCHANGE_ZONE),
        number=F("account__number"),
        what=F("title"),
        event=_words("kind", RequestKind),
        state=_words("status", RequestStatus),
        more=F("detail"),
    )
    rows = events.order_by().values(*names).union(finished.order_by().values(*names), all=True)
    return [_in_words(row) for row in rows.order_by("-on", "number")[:limit]]


def _in_words(row: dict[str, Any]) -> dict[str, Any]:
    """An event in the reader's language, with its amount where it has one."""
    state, more = row["state"], row["more"]
    if row["event"] in STATES:
        state = STATES[row["event"]].get(state, state)
    amount = ""
    if more.get("amount") and more.get("currency"):
        amount = money_words(abs(Decimal(more["amount"])), more["currency"])
    return {**row, "what": said(row["what"], more), "state": _(state) if state else "", "amount": amount}


def _mine(who: Who) -> tuple[str, ...]:
    return WAITS_FOR_ADVISOR if who.role in (Role.TOP, Role.SECOND) else WAITS_FOR_CLIENT


def _words(column: str, choices: type[TextChoices]) -> Case:
    """The reader's words for a code, so that a list sorts as it reads."""
    known = [When(**{column: code}, then=Value(str(label))) for code, label in choices.choices]
    return Case(*known, default=F(column), output_field=CharField())
