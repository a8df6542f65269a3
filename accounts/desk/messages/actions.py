"""Beginning a conversation, answering in it, having read it; each message owes the other side a short mail."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.desk.messages.files import Enclosed, checked
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
from accounts.desk.messages.queries import may_close, may_share, side_of
from accounts.desk.messages.rules import MessageProblem, clean_body, clean_subject, state_after
from accounts.desk.messages.standing import move, pend
from accounts.ground.access.context import Who, current_alias, cursor
from accounts.ground.access.scope import NotAllowed
from accounts.ground.outbox.actions import owe, owe_people
from accounts.ground.outbox.models import Channel
from accounts.ground.outbox.wishes import wanting
from accounts.ground.people.models import User
from accounts.ground.tree.models import Account, Kind
from accounts.ground.writing import told_in

# Besides the two sides: the top level, once it was brought in.
ABOVE = "above"
SHARED = gettext_lazy("A conversation has one more reader")
TOLD_TO_OWNERS = gettext_lazy("Your advisor has brought the top-level advisor into a conversation with you.")
TOLD_ABOVE = gettext_lazy("A second-level advisor has brought you into a conversation.")

MASTERS = (Kind.TOP_MASTER, Kind.SECOND_MASTER)


def begin(
    *,
    who: Who,
    account: Account,
    subject: str,
    body: str,
    key: UUID,
    at: datetime,
    topic: str = "",
    topic_id: UUID | None = None,
    files: Sequence[UploadedFile] = (),
    needs_answer: bool = False,
) -> Thread:
    """Open a conversation about an account that the person may see; the same form sent twice opens one.

    An advisor's may need an answer: then it is an inquiry, and pending until the client has answered.
    Raises NotAllowed for an advisor of another practice and MessageProblem for what cannot be sent.
    """
    if account.kind in MASTERS:
        raise MessageProblem(_("A master account has no owner to write to."))
    if not who.is_owner and account.practice_id != who.practice_id:
        raise NotAllowed("view", _("Only the account's own practice writes to its owner."))
    values: dict[str, object] = {"topic": topic, "topic_id": topic_id}
    if needs_answer:
        if who.is_owner:
            raise MessageProblem(_("Only advisors ask what needs an answer."))
        values |= {"kind": ThreadKind.INQUIRY, "state": ThreadState.WAITING, "asks": Side.OWNER}
    return opened(who=who, account=account, subject=subject, body=body, key=key, at=at, files=files, values=values)


def opened(
    *,
    who: Who,
    account: Account,
    subject: str,
    body: str,
    key: UUID,
    at: datetime,
    files: Sequence[UploadedFile],
    values: dict[str, object],
) -> Thread:
    """A conversation with its first message, once; `values` says what kind it is and who reads it."""
    subject, body, enclosed = clean_subject(subject), clean_body(body), checked(files)
    with transaction.atomic(using=current_alias.get()):
        found = Thread.unscoped.filter(opened_by=who.user_id, key=key).first()
        if found is not None:
            return found
        if "kind" in values:
            values = {**values, "number": _next_number(), "state_at": at}
        thread, is_new = Thread.unscoped.get_or_create(
            opened_by=who.user_id,
            key=key,
            defaults={
                "firm_id": account.firm_id,
                "practice_id": account.practice_id,
                "account": account,
                "subject": subject,
                "last_at": at,
                **values,
            },
        )
        if is_new:
            add(who, thread, body, key, at, enclosed)
            if thread.state == ThreadState.WAITING:
                pend(thread, at=at)
    return thread


def _next_number() -> int:
    with cursor() as cur:
        cur.execute("SELECT nextval('desk_ticket_number')")
        return cur.fetchone()[0]


def reply(
    *, who: Who, thread: Thread, body: str, key: UUID, at: datetime, files: Sequence[UploadedFile] = ()
) -> Message | None:
    """Add a message; None where the same form was sent before. Nobody writes to a practice that has gone."""
    _still_open(thread)
    body, enclosed = clean_body(body), checked(files)
    with transaction.atomic(using=current_alias.get()):
        locked(thread)
        if Message.unscoped.filter(author_id=who.user_id, key=key).exists():
            return None
        message = add(who, thread, body, key, at, enclosed)
        Thread.unscoped.filter(pk=thread.pk, last_at__lt=at).update(last_at=at)
        _answered(thread, message, at)
    return message


def _answered(thread: Thread, message: Message, at: datetime) -> None:
    if thread.kind == ThreadKind.TALK:
        return
    after = state_after(
        kind=thread.kind,
        with_office=thread.with_office,
        state=thread.state,
        asks=thread.asks,
        writer=message.side,
    )
    if after != thread.state:
        move(thread, after, at=at, is_answered=True)


def locked(thread: Thread) -> None:
    """Hold its row until the transaction ends, and know where it stands now."""
    row = Thread.unscoped.select_for_update().get(pk=thread.pk)
    thread.state, thread.state_at, thread.assigned_to = row.state, row.state_at, row.assigned_to


def close(*, who: Who, thread: Thread, at: datetime) -> bool:
    """Close one's own ticket, or withdraw what one's practice has asked; False where it is closed already."""
    if not may_close(who, thread):
        raise NotAllowed("view")
    with transaction.atomic(using=current_alias.get()):
        locked(thread)
        if thread.state == ThreadState.CLOSED:
            return False
        move(thread, ThreadState.CLOSED, at=at)
    return True


def share(*, who: Who, thread: Thread, at: datetime) -> bool:
    """Bring the top level into a conversation of one's own practice, for good; False where it is there already.

    Raises NotAllowed for anybody but the second-level advisor whose conversation it is.
    """
    if not may_share(who, thread):
        raise NotAllowed("view")
    _still_open(thread)
    with transaction.atomic(using=current_alias.get()):
        _share, is_new = ThreadShare.unscoped.get_or_create(
            thread_id=thread.pk,
            defaults={
                "firm_id": thread.firm_id,
                "practice_id": thread.practice_id,
                "account_id": thread.account_id,
                "shared_by": who.user_id,
                "shared_by_name": name_of(User.objects.get(pk=who.user_id)),
                "at": at,
            },
        )
        if is_new:
            for side, text in ((Side.OWNER, TOLD_TO_OWNERS), (ABOVE, TOLD_ABOVE)):
                owe_people(
                    users=_people(thread.pk, side),
                    subject=SHARED,
                    text=text,
                    said={},
                    path=f"/messages/{thread.pk}/",
                    natural_key=f"message shared:{thread.pk}",
                    firm_id=thread.firm_id,
                    kind="conversation",
                )
    return is_new


class Told(NamedTuple):
    """What a night tells the owner of an account in the practice's name; with the same key it is told once."""

    account: int
    practice: int
    key: UUID
    subject: str
    body: str
    name: str


def tell_owners(news: Sequence[Told], *, at: datetime) -> None:
    """Tell each of them, in one statement and in this order.

    The practice sees the conversation only once the owner has answered in it.
    """
    if not news:
        return
    with cursor() as cur:
        cur.execute(
            "SELECT desk_tell_owner(w.account, w.practice, w.key, w.subject, w.body, w.name, %s)"
            "  FROM unnest(%s::bigint[], %s::bigint[], %s::uuid[], %s::text[], %s::text[], %s::text[])"
            "       AS w (account, practice, key, subject, body, name)",
            [at, *map(list, zip(*news, strict=True))],
        )


def _still_open(thread: Thread) -> None:
    if not thread.with_office and thread.account.practice_id != thread.practice_id:
        raise MessageProblem(_("The account is looked after by another advisor now; begin a new conversation."))


def mark_read(*, who: Who, thread: Thread, at: datetime) -> None:
    """Remember that the person has seen what stood there at that moment; who looks as them has not seen it for them."""
    if who.behind is not None:
        return
    rows = ThreadRead.objects.filter(user_id=who.user_id, thread_id=thread.pk)
    if not rows.update(until=at):
        ThreadRead.objects.bulk_create(
            [ThreadRead(user_id=who.user_id, thread_id=thread.pk, until=at)], ignore_conflicts=True
        )


def name_of(user: User) -> str:
    return user.get_full_name() or user.get_username()


def add(who: Who, thread: Thread, body: str, key: UUID, at: datetime, enclosed: Sequence[Enclosed]) -> Message:
    """One message in the person's name, with its files; the other sides are owed a mail."""
    author = User.objects.get(pk=who.user_id)
    message = Message.unscoped.create(
        firm_id=thread.firm_id,
        practice_id=thread.practice_id,
        account_id=thread.account_id,
        thread=thread,
        side=side_of(who),
        from_above=who.is_advisor and who.practice_id != thread.practice_id,
        author_id=who.user_id,
        author_name=name_of(author),
        body=body,
        key=key,
        at=at,
    )
    for one in enclosed:
        _enclose(message, one)
    mark_read(who=who, thread=thread, at=at)
    _owe_mail(message)
    return message


def _enclose(message: Message, one: Enclosed) -> None:
    row = Attachment.unscoped.create(
        firm_id=message.firm_id,
        practice_id=message.practice_id,
        account_id=message.account_id,
        thread_id=message.thread_id,
        message=message,
        name=one.name,
        kind=one.kind,
        size=len(one.content),
        sha256=one.sha256,
    )
    default_storage.save(row.place, ContentFile(one.content))


def _owe_mail(message: Message) -> None:
    """A mail to everybody on the other sides who has an address. It never carries the text: mail is an open card."""
    listeners = _listeners(message)
    told = wanting("conversation", listeners, message.firm_id)
    for user in User.objects.filter(pk__in=told, is_active=True).exclude(email=""):
        with told_in(user.language):
            words = _("A message waits for you. Sign in to read it: %(address)s")
            owe(
                channel=Channel.MAIL,
                recipient=user.email,
                subject=_("You have a message"),
                body=words % {"address": f"{settings.PUBLIC_URL}{listeners[user.pk]}"},
                natural_key=f"message:{message.pk}:{user.pk}",
                firm_id=message.firm_id,
                person_id=user.pk,
            )


def _listeners(message: Message) -> dict[int, str]:
    """Everybody who reads it and is not of the writer's own side and level, with the page where they do."""
    own = ABOVE if message.from_above else message.side
    found: dict[int, str] = {}
    for side in (Side.OWNER.value, Side.PRACTICE.value, ABOVE, Side.OFFICE.value):
        if side != own:
            path = "/office/tickets/" if side == Side.OFFICE else "/messages/"
            found |= dict.fromkeys(_people(message.thread_id, side), f"{path}{message.thread_id}/")
    return found


def _people(thread: UUID, side: str) -> list[int]:
    """Users on a side; the second wall hides their seats from the writer, so a function names them."""
    with cursor() as cur:
        cur.execute("SELECT user_id FROM desk_people_of_thread(%s, %s)", [thread, side])
        return [row[0] for row in cur.fetchall()]
