"""Conversations as a person may read them: those of their own accounts, or of their own practice.

What is kept from a side, the scope leaves out.
"""

from uuid import UUID

from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.http import Http404

from accounts.desk.messages.models import (
    Attachment,
    Message,
    Side,
    Thread,
    ThreadKind,
    ThreadRead,
    ThreadShare,
    ThreadState,
)
from accounts.ground.access.context import Who
from accounts.ground.access.scope import scope
from accounts.ground.people.models import Role
from accounts.ground.tree.models import Account, Kind

# Conversations that a night has begun have no person behind them.
NIGHT = 0
MASTERS = (Kind.TOP_MASTER, Kind.SECOND_MASTER)


def side_of(who: Who) -> str:
    """Which side a person writes on."""
    if who.role == Role.OFFICE:
        return Side.OFFICE
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


def shown(who: Who, *, only: str = "", words: str = "") -> "QuerySet[Thread]":
    """Those of one sort; `words` is a number, an account or a part of a subject."""
    rows = threads(who)
    if only == "unread":
        rows = rows.filter(is_unread=True)
    elif only == "asked":
        rows = rows.filter(pk__in=asked(who).values("pk")).order_by("state_at", "pk")
    elif only == "tickets":
        rows = rows.filter(kind=ThreadKind.TICKET)
    elif only == "inquiries":
        rows = rows.filter(kind=ThreadKind.INQUIRY)
    elif only == "closed":
        rows = rows.filter(state=ThreadState.CLOSED)
    return rows.filter(matching(words)) if words else rows


def matching(words: str) -> Q:
    """By a ticket's number as people write it, by its account or its subject."""
    digits = words.upper().removeprefix("T-").removeprefix("Q-")
    found = Q(subject__icontains=words) | Q(account__number__startswith=words.upper())
    return found | Q(number=int(digits)) if digits.isascii() and digits.isdigit() and len(digits) < 18 else found


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
    return who.role == Role.SECOND and thread.practice_id == who.practice_id and not thread.with_office


def may_close(who: Who, thread: Thread) -> bool:
    """Whether it is the person's own ticket, or a question of their practice that still waits."""
    if thread.kind == ThreadKind.TICKET:
        return thread.state != ThreadState.CLOSED and thread.asks == side_of(who)
    asked_here = thread.kind == ThreadKind.INQUIRY and not thread.with_office
    waits = asked_here and thread.state == ThreadState.WAITING
    return waits and side_of(who) == Side.PRACTICE and thread.practice_id == who.practice_id


def asked(who: Who) -> "QuerySet[Thread]":
    """Questions that wait for the person's own side, the oldest first; every page asks for them, so nothing else is
    worked out with them."""
    rows = scope(who, Thread).filter(state=ThreadState.WAITING, asks=side_of(who))
    if not who.is_owner:
        rows = rows.filter(practice_id=who.practice_id, account__practice_id=who.practice_id)
    return rows.order_by("state_at", "pk")


def concerned(who: Who, thread: Thread) -> "QuerySet[Account]":
    """The other accounts that a ticket concerns, of those that the person sees anyway."""
    return scope(who, Account).filter(firm_id=thread.firm_id, pk__in=thread.concerns).order_by("sort_key", "pk")


def unread(who: Who, most: int = 99) -> "QuerySet[Thread]":
    """Conversations with something new, as many as are worth counting."""
    return threads(who).filter(is_unread=True)[: most + 1]


def can_be_written_to(who: Who) -> "QuerySet[Account]":
    """The accounts about which the person may begin a conversation with the other side."""
    return can_be_reported(who).exclude(kind__in=MASTERS)


def can_be_reported(who: Who) -> "QuerySet[Account]":
    """The accounts about which the person may open a ticket: advisors those of their own practice, its master too."""
    rows = scope(who, Account)
    return rows.filter(practice_id=who.practice_id) if not who.is_owner else rows
