"""Conversations as a person may read them: those of their own accounts, or of their own practice."""

from uuid import UUID

from django.db.models import Exists, F, OuterRef, QuerySet
from django.http import Http404

from accounts.desk.messages.models import Message, Side, Thread, ThreadRead
from accounts.ground.access.context import Who
from accounts.ground.access.scope import scope
from accounts.ground.tree.models import Account, Kind

MASTERS = (Kind.TOP_MASTER, Kind.SECOND_MASTER)


def side_of(who: Who) -> str:
    """Which side a person writes on."""
    return Side.OWNER if who.is_owner else Side.PRACTICE


def threads(who: Who) -> "QuerySet[Thread]":
    """Each with `is_unread`. A practice reads its own, and only while it looks after the account."""
    rows = scope(who, Thread).select_related("account")
    if not who.is_owner:
        rows = rows.filter(practice_id=who.practice_id, account__practice_id=F("practice_id"))
    return rows.annotate(is_unread=Exists(_unread(who)))


def _unread(who: Who) -> "QuerySet[Message]":
    """Messages of the other side that came after the person last looked."""
    read = ThreadRead.objects.filter(user_id=who.user_id, thread_id=OuterRef("thread_id"), until__gte=OuterRef("at"))
    rows = scope(who, Message).filter(thread_id=OuterRef("pk")).exclude(author_id=who.user_id)
    return rows.exclude(side=side_of(who)).filter(~Exists(read))


def thread_for(who: Who, pk: UUID) -> Thread:
    """One of them; hidden and missing answer alike."""
    found = threads(who).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def messages_of(who: Who, thread: Thread) -> "QuerySet[Message]":
    """Of a conversation that the person is known to see, oldest first."""
    return scope(who, Message).filter(thread_id=thread.pk).order_by("at", "pk")


def unread(who: Who, most: int = 99) -> "QuerySet[Thread]":
    """Conversations with something new, as many as are worth counting."""
    return threads(who).filter(is_unread=True)[: most + 1]


def can_be_written_to(who: Who) -> "QuerySet[Account]":
    """The accounts about which the person may begin a conversation."""
    rows = scope(who, Account).exclude(kind__in=MASTERS)
    return rows.filter(practice_id=who.practice_id) if not who.is_owner else rows
