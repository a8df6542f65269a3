"""Tickets and inquiries as the back office reads them, of all firms, under its own login."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.http import Http404

from accounts.desk.messages.models import (
    Attachment,
    Message,
    OfficeNote,
    Side,
    Thread,
    ThreadKind,
    ThreadRead,
    ThreadState,
)
from accounts.desk.messages.queries import matching
from accounts.ground.access.context import Who
from accounts.ground.people.models import User
from accounts.ground.tree.models import Account

# From this age on a ticket that waits for the back office is old.
OLD = timedelta(days=3)
UNANSWERED = (ThreadState.NEW, ThreadState.OPEN)


def tickets(who: Who) -> "QuerySet[Thread]":
    """Everything that is with the back office, each with `is_unread` and the name of who looks after it."""
    read = ThreadRead.objects.filter(user_id=who.user_id, thread_id=OuterRef("thread_id"), until__gte=OuterRef("at"))
    news = Message.unscoped.filter(thread_id=OuterRef("pk")).exclude(side=Side.OFFICE).filter(~Exists(read))
    name = User.objects.filter(pk=OuterRef("assigned_to")).values("username")
    rows = Thread.unscoped.filter(with_office=True).select_related("account", "practice", "firm")
    return rows.annotate(is_unread=Exists(news), looked_after_by=Subquery(name))


def narrowed(
    rows: "QuerySet[Thread]", *, who: Who, at: datetime, state: str, kind: str, category: str, owner: str, words: str
) -> "QuerySet[Thread]":
    """Those of one state, kind, category and person; `words` is a number, the beginning of an account or a subject."""
    if state in ThreadState.values:
        rows = rows.filter(state=state)
    elif state == "old":
        rows = rows.filter(state__in=UNANSWERED, state_at__lte=at - OLD)
    elif state != "all":
        rows = rows.exclude(state=ThreadState.CLOSED)
    if kind in (ThreadKind.TICKET, ThreadKind.INQUIRY):
        rows = rows.filter(kind=kind)
    if category:
        rows = rows.filter(category=category)
    if owner == "me":
        rows = rows.filter(assigned_to=who.user_id)
    elif owner == "none":
        rows = rows.filter(assigned_to=None)
    return rows.filter(matching(words)) if words else rows


def ticket(who: Who, pk: UUID) -> Thread:
    """One of them; a conversation between client and advisor is none."""
    found = tickets(who).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def messages_of(thread: Thread) -> "QuerySet[Message]":
    """What was said in it, oldest first."""
    files = Prefetch("files", Attachment.unscoped.order_by("name", "pk"))
    return Message.unscoped.filter(thread_id=thread.pk).prefetch_related(files).order_by("at", "pk")


def notes_of(thread: Thread) -> "QuerySet[OfficeNote]":
    """What the back office tells itself about it, oldest first."""
    return OfficeNote.unscoped.filter(thread_id=thread.pk).order_by("at", "pk")


def concerned(thread: Thread) -> "QuerySet[Account]":
    """The other accounts that it concerns."""
    return Account.unscoped.filter(firm_id=thread.firm_id, pk__in=thread.concerns).order_by("sort_key", "pk")


def file_for(thread: Thread, pk: UUID) -> Attachment:
    """A file that came with it."""
    found = Attachment.unscoped.filter(thread_id=thread.pk, pk=pk).first()
    if found is None:
        raise Http404
    return found


def counts(at: datetime) -> dict[str, int]:
    """How many wait for the back office, how many of these are old, and how many wait for the other side."""
    return Thread.unscoped.filter(with_office=True).aggregate(
        unanswered=Count("pk", filter=Q(state__in=UNANSWERED)),
        old=Count("pk", filter=Q(state__in=UNANSWERED, state_at__lte=at - OLD)),
        waiting=Count("pk", filter=Q(state=ThreadState.WAITING)),
    )
