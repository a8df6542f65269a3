"""Beginning a conversation, answering in it, having read it; each message owes the other side a short mail."""

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.desk.brand.queries import brand_at
from accounts.desk.messages.models import Message, Side, Thread, ThreadRead
from accounts.desk.messages.queries import side_of
from accounts.desk.messages.rules import MessageProblem, clean_body, clean_subject
from accounts.ground.access.context import Who, current_alias, cursor
from accounts.ground.access.scope import NotAllowed
from accounts.ground.outbox.actions import owe
from accounts.ground.outbox.models import Channel
from accounts.ground.people.models import User
from accounts.ground.tree.models import Account, Kind

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
) -> Thread:
    """Open a conversation about an account that the person may see; the same form sent twice opens one.

    Raises NotAllowed for an advisor of another practice and MessageProblem for what cannot be sent.
    """
    if account.kind in MASTERS:
        raise MessageProblem(_("A master account has no owner to write to."))
    if not who.is_owner and account.practice_id != who.practice_id:
        raise NotAllowed("view", _("Only the account's own practice writes to its owner."))
    subject, body = clean_subject(subject), clean_body(body)
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
            _add(who, thread, body, key, at)
    return thread


def reply(*, who: Who, thread: Thread, body: str, key: UUID, at: datetime) -> Message | None:
    """Add a message; None where the same form was sent before. Nobody writes to a practice that has gone."""
    if thread.account.practice_id != thread.practice_id:
        raise MessageProblem(_("The account is looked after by another advisor now; begin a new conversation."))
    body = clean_body(body)
    with transaction.atomic(using=current_alias.get()):
        if Message.unscoped.filter(author_id=who.user_id, key=key).exists():
            return None
        message = _add(who, thread, body, key, at)
        Thread.unscoped.filter(pk=thread.pk, last_at__lt=at).update(last_at=at)
    return message


def mark_read(*, who: Who, thread: Thread, at: datetime) -> None:
    """Remember that the person has seen what stood there at that moment; who looks as them has not seen it for them."""
    if who.behind is not None:
        return
    rows = ThreadRead.objects.filter(user_id=who.user_id, thread_id=thread.pk)
    if not rows.update(until=at):
        ThreadRead.objects.bulk_create(
            [ThreadRead(user_id=who.user_id, thread_id=thread.pk, until=at)], ignore_conflicts=True
        )


def _add(who: Who, thread: Thread, body: str, key: UUID, at: datetime) -> Message:
    author = User.objects.get(pk=who.user_id)
    message = Message.unscoped.create(
        firm_id=thread.firm_id,
        practice_id=thread.practice_id,
        account_id=thread.account_id,
        thread=thread,
        side=side_of(who),
        author_id=who.user_id,
        author_name=author.get_full_name() or author.get_username(),
        body=body,
        key=key,
        at=at,
    )
    mark_read(who=who, thread=thread, at=at)
    _owe_mail(message)
    return message


def _owe_mail(message: Message) -> None:
    """A mail to everybody on the other side who has an address. It never carries the text: mail is an open card."""
    brand = brand_at(message.at)
    house = brand.name if brand else ""
    address = f"{settings.PUBLIC_URL}/messages/{message.thread_id}/"
    for user in User.objects.filter(pk__in=_people(message), is_active=True).exclude(email=""):
        with override(user.language):
            words = _("A message waits for you. Sign in to read it: %(address)s")
            owe(
                channel=Channel.MAIL,
                recipient=user.email,
                subject=_("You have a message"),
                body="\n\n".join(filter(None, [words % {"address": address}, house])),
                natural_key=f"message:{message.pk}:{user.pk}",
                firm_id=message.firm_id,
            )


def _people(message: Message) -> list[int]:
    """Users on the other side; the second wall hides their seats from the writer, so a function names them."""
    other = Side.PRACTICE if message.side == Side.OWNER else Side.OWNER
    with cursor() as cur:
        cur.execute("SELECT user_id FROM desk_people_of_thread(%s, %s)", [message.thread_id, other])
        return [row[0] for row in cur.fetchall()]
