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
from django.utils.translation import gettext_lazy, override

from accounts.desk.messages.files import Enclosed, checked
from accounts.desk.messages.models import Attachment, Message, Side, Thread, ThreadRead, ThreadShare
from accounts.desk.messages.queries import may_share, side_of
from accounts.desk.messages.rules import MessageProblem, clean_body, clean_subject
from accounts.ground.access.context import Who, current_alias, cursor
from accounts.ground.access.scope import NotAllowed
from accounts.ground.outbox.actions import owe, owe_people
from accounts.ground.outbox.models import Channel
from accounts.ground.people.models import User
from accounts.ground.tree.models import Account, Kind

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
) -> Thread:
    """Open a conversation about an account that the person may see; the same form sent twice opens one.

    Raises NotAllowed for an advisor of another practice and MessageProblem for what cannot be sent.
    """
    if account.kind in MASTERS:
        raise MessageProblem(_("A master account has no owner to write to."))
    if not who.is_owner and account.practice_id != who.practice_id:
        raise NotAllowed("view", _("Only the account's own practice writes to its owner."))
    subject, body, enclosed = clean_subject(subject), clean_body(body), checked(files)
    with transaction.atomic(using=current_alias.get()):
        thread, is_new = Thread.unscoped.get_or_create(
            opened_by=who.user_id,
            key=key,
            defaults={
                "firm_id": account.firm_id,
                "practice_id": account.practice_id,
                "account": account,
                "subject": subject,
                "topic": topic,
                "topic_id": topic_id,
                "last_at": at,
            },
        )
        if is_new:
            _add(who, thread, body, key, at, enclosed)
    return thread


def reply(
    *, who: Who, thread: Thread, body: str, key: UUID, at: datetime, files: Sequence[UploadedFile] = ()
) -> Message | None:
    """Add a message; None where the same form was sent before. Nobody writes to a practice that has gone."""
    _still_open(thread)
    body, enclosed = clean_body(body), checked(files)
    with transaction.atomic(using=current_alias.get()):
        if Message.unscoped.filter(author_id=who.user_id, key=key).exists():
            return None
        message = _add(who, thread, body, key, at, enclosed)
        Thread.unscoped.filter(pk=thread.pk, last_at__lt=at).update(last_at=at)
    return message


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
                "shared_by_name": _name_of(User.objects.get(pk=who.user_id)),
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
    if thread.account.practice_id != thread.practice_id:
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


def _name_of(user: User) -> str:
    return user.get_full_name() or user.get_username()


def _add(who: Who, thread: Thread, body: str, key: UUID, at: datetime, enclosed: Sequence[Enclosed]) -> Message:
    author = User.objects.get(pk=who.user_id)
    message = Message.unscoped.create(
        firm_id=thread.firm_id,
        practice_id=thread.practice_id,
        account_id=thread.account_id,
        thread=thread,
        side=side_of(who),
        from_above=who.is_advisor and who.practice_id != thread.practice_id,
        author_id=who.user_id,
        author_name=_name_of(author),
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
    """A mail to everybody on the other side who has an address. It never carries the text: mail is an open card."""
    address = f"{settings.PUBLIC_URL}/messages/{message.thread_id}/"
    for user in User.objects.filter(pk__in=_listeners(message), is_active=True).exclude(email=""):
        with override(user.language):
            words = _("A message waits for you. Sign in to read it: %(address)s")
            owe(
                channel=Channel.MAIL,
                recipient=user.email,
                subject=_("You have a message"),
                body=words % {"address": address},
                natural_key=f"message:{message.pk}:{user.pk}",
                firm_id=message.firm_id,
                person_id=user.pk,
            )


def _listeners(message: Message) -> list[int]:
    """Everybody who reads it and is not of the writer's own side and level."""
    voices = {Side.OWNER.value: message.side == Side.OWNER, Side.PRACTICE.value: False, ABOVE: message.from_above}
    voices[Side.PRACTICE.value] = message.side == Side.PRACTICE and not message.from_above
    return [user for side, is_own in voices.items() if not is_own for user in _people(message.thread_id, side)]


def _people(thread: UUID, side: str) -> list[int]:
    """Users on a side; the second wall hides their seats from the writer, so a function names them."""
    with cursor() as cur:
        cur.execute("SELECT user_id FROM desk_people_of_thread(%s, %s)", [thread, side])
        return [row[0] for row in cur.fetchall()]
