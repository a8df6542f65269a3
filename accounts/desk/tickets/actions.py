"""Tickets to the back office and its inquiries: opened by their two sides, answered, given to somebody, closed."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.desk.messages.actions import add, locked, name_of, opened
from accounts.desk.messages.files import checked
from accounts.desk.messages.models import Category, Message, OfficeNote, Side, Thread, ThreadKind, ThreadState
from accounts.desk.messages.queries import MASTERS, can_be_reported, side_of
from accounts.desk.messages.rules import MessageProblem, clean_body
from accounts.desk.messages.standing import move
from accounts.ground.access.context import Who, current_alias
from accounts.ground.access.scope import NotAllowed
from accounts.ground.people.models import User
from accounts.ground.people.queries import desk_users
from accounts.ground.tree.models import Account

MOST_CONCERNED = 20
# How a ticket may stand after the back office has written in it.
AFTER = (ThreadState.WAITING, ThreadState.OPEN, ThreadState.CLOSED)


def open_ticket(
    *,
    who: Who,
    account: Account,
    category: str,
    subject: str,
    body: str,
    key: UUID,
    at: datetime,
    concerns: Sequence[str] = (),
    is_shared: bool = False,
    files: Sequence[UploadedFile] = (),
) -> Thread:
    """Ask the back office about an account, and others by their numbers; the other side reads it only if told to.

    Raises NotAllowed for an advisor of another practice and MessageProblem for what cannot be sent.
    """
    side = side_of(who)
    if not who.is_owner and account.practice_id != who.practice_id:
        raise NotAllowed("view", _("Only the account's own practice asks the back office about it."))
    if category not in Category.values:
        raise MessageProblem(_("Choose what it is about."))
    values: dict[str, object] = {
        "kind": ThreadKind.TICKET,
        "category": category,
        "with_office": True,
        "state": ThreadState.NEW,
        "asks": side,
        "owners_read": side == Side.OWNER or (is_shared and account.kind not in MASTERS),
        "practice_reads": side == Side.PRACTICE or is_shared,
        "concerns": _concerned(who, account, concerns),
    }
    return opened(who=who, account=account, subject=subject, body=body, key=key, at=at, files=files, values=values)


def _concerned(who: Who, account: Account, numbers: Sequence[str]) -> list[int]:
    wanted = {number.strip().upper() for number in numbers if number.strip()} - {account.number}
    if len(wanted) > MOST_CONCERNED:
        raise MessageProblem(_("A ticket concerns at most %(most)s other accounts.") % {"most": MOST_CONCERNED})
    known = dict(can_be_reported(who).filter(number__in=wanted).order_by("number", "pk").values_list("number", "pk"))
    missing = sorted(wanted - known.keys())
    if missing:
        raise MessageProblem(_("There is no such account: %(number)s.") % {"number": missing[0][:20]})
    return sorted(known.values())


def ask_about(
    *,
    who: Who,
    account: Account,
    asks: str,
    subject: str,
    body: str,
    key: UUID,
    at: datetime,
    is_shared: bool = False,
    files: Sequence[UploadedFile] = (),
) -> Thread:
    """The back office asks the owners of an account or its practice; it is pending until they have answered."""
    if asks not in (Side.OWNER, Side.PRACTICE):
        raise MessageProblem(_("Choose who is asked."))
    if asks == Side.OWNER and account.kind in MASTERS:
        raise MessageProblem(_("A master account has no owner to write to."))
    values: dict[str, object] = {
        "kind": ThreadKind.INQUIRY,
        "with_office": True,
        "state": ThreadState.WAITING,
        "asks": asks,
        "owners_read": asks == Side.OWNER or (is_shared and account.kind not in MASTERS),
        "practice_reads": asks == Side.PRACTICE or is_shared,
    }
    return opened(who=who, account=account, subject=subject, body=body, key=key, at=at, files=files, values=values)


def answer(
    *,
    who: Who,
    thread: Thread,
    body: str,
    key: UUID,
    at: datetime,
    after: str = ThreadState.WAITING,
    files: Sequence[UploadedFile] = (),
) -> Message | None:
    """The back office writes in a ticket, which then waits, stays with it, or is closed; None for a form sent twice.

    Who answers a ticket that nobody looks after looks after it from then on.
    """
    if after not in AFTER:
        raise MessageProblem(_("Choose what happens next."))
    body, enclosed = clean_body(body), checked(files)
    with transaction.atomic(using=current_alias.get()):
        locked(thread)
        if Message.unscoped.filter(author_id=who.user_id, key=key).exists():
            return None
        message = add(who, thread, body, key, at, enclosed)
        Thread.unscoped.filter(pk=thread.pk, last_at__lt=at).update(last_at=at)
        if thread.assigned_to is None:
            Thread.unscoped.filter(pk=thread.pk).update(assigned_to=who.user_id)
        move(thread, after, at=at)
    return message


def note(*, who: Who, thread: Thread, body: str, key: UUID, at: datetime) -> bool:
    """A word among the back office alone; False for a form sent twice. Nobody is sent a mail about it."""
    body = clean_body(body)
    with transaction.atomic(using=current_alias.get()):
        locked(thread)
        _note, is_new = OfficeNote.unscoped.get_or_create(
            author_id=who.user_id,
            key=key,
            defaults={
                "thread": thread,
                "author_name": name_of(User.objects.get(pk=who.user_id)),
                "body": body,
                "at": at,
            },
        )
    return is_new


def assign(*, thread: Thread, to: int | None, at: datetime) -> bool:
    """Give a ticket to somebody of the back office, or to nobody; False where it is so already."""
    if to is not None and to not in dict(desk_users()):
        raise MessageProblem(_("That is nobody of the back office."))
    with transaction.atomic(using=current_alias.get()):
        locked(thread)
        if thread.assigned_to == to:
            return False
        Thread.unscoped.filter(pk=thread.pk).update(assigned_to=to)
        thread.assigned_to = to
        if to is not None and thread.state == ThreadState.NEW:
            move(thread, ThreadState.OPEN, at=at)
    return True


def set_state(*, thread: Thread, state: str, at: datetime) -> bool:
    """Close a ticket without a word, or take it up again; False where it stands there already."""
    if state not in (ThreadState.OPEN, ThreadState.CLOSED):
        raise MessageProblem(_("Choose what happens next."))
    with transaction.atomic(using=current_alias.get()):
        locked(thread)
        if thread.state == state:
            return False
        move(thread, state, at=at)
    return True
