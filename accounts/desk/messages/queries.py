"""Conversations as a person may read them: those of their own accounts, or of their own practice."""

from uuid import UUID

from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.http import Http404

from accounts.desk.messages.models import Attachment, Message, Side, Thread, ThreadRead, ThreadShare
from accounts.ground.access.context import Who
from accounts.ground.access.scope import scope
from accounts.ground.people.models import Role
from accounts.ground.tree.models import Account, Kind

# Conversations that a night has begun have no person behind them.
NIGHT = 0
MASTERS = (Kind.TOP_MASTER, Kind.SECOND_MASTER)


def side_of(who: Who) -> str:
    """Which side a person writes on."""
    return Side.OWNER if who.is_owner else Side.PRACTICE


def threads(who: Who) -> "QuerySet[Thread]":
    """Each with `is_unread`, and with when the top level was brought in. A practice reads its own, and only while it
    looks after the account; the top level those of a second level that brought it in."""
    rows = scope(who, Thread).select_related("account")
    shares = scope(who, ThreadShare).filter(thread_id=OuterRef("pk"))
    if not who.is_owner:
        rows = rows.filter(_is_read_by(who, shares), account__practice_id=F("practice_id"))
        answered = scope(who, Message).filter(thread_id=OuterRef("pk"), side=Side.OWNER)
        rows = rows.exclude(~Exists(answered), opened_by=NIGHT)
    return rows.annotate(
        is_unread=Exists(_unread(who)),
        shared_at=Subquery(shares.values("at")),
        shared_by_name=Subquery(shares.values("shared_by_name")),
    )


def _is_read_by(who: Who, shares: "QuerySet[ThreadShare]") -> Q:
    own = Q(practice_id=who.practice_id)
    return own | Q(Exists(shares)) if who.role == Role.TOP else own


def _unread(who: Who) -> "QuerySet[Message]":
    """Messages of the other side that came after the person last looked."""
    read = ThreadRead.objects.filter(user_id=who.user_id, thread_id=OuterRef("thread_id"), until__gte=OuterRef("at"))
    rows = scope(who, Message).filter(thread_id=OuterRef("pk")).exclude(author_id=who.user_id).filter(~Exists(read))
    if who.is_owner:
        return rows.exclude(side=Side.OWNER)
    # One's own voice is that of one's own level.
    ours = Q(from_above=False, practice_id=who.practice_id) | (Q(from_above=True) & ~Q(practice_id=who.practice_id))
    return rows.exclude(ours, side=Side.PRACTICE)


def thread_for(who: Who, pk: UUID) -> Thread:
    """One of them; hidden and missing answer alike."""
    found = threads(who).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def messages_of(who: Who, thread: Thread) -> "QuerySet[Message]":
    """Of a conversation that the person is known to see, oldest first."""
    files = Prefetch("files", scope(who, Attachment).order_by("name", "pk"))
    return scope(who, Message).filter(thread_id=thread.pk).prefetch_related(files).order_by("at", "pk")


def file_for(who: Who, thread: Thread, pk: UUID) -> Attachment:
    """A file of a conversation that the person is known to see."""
    found = scope(who, Attachment).filter(thread_id=thread.pk, pk=pk).first()
    if found is None:
        raise Http404
    return found


def may_share(who: Who, thread: Thread) -> bool:
    """Whether the person may bring the level above into the conversation."""
    return who.role == Role.SECOND and thread.practice_id == who.practice_id


def unread(who: Who, most: int = 99) -> "QuerySet[Thread]":
    """Conversations with something new, as many as are worth counting."""
    return threads(who).filter(is_unread=True)[: most + 1]


def can_be_written_to(who: Who) -> "QuerySet[Account]":
    """The accounts about which the person may begin a conversation."""
    rows = scope(who, Account).exclude(kind__in=MASTERS)
    return rows.filter(practice_id=who.practice_id) if not who.is_owner else rows
