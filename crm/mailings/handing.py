"""Handing the messages of a mail to several to one's own mail server: some in a request, each at most once.

What opens the mailbox is in hand only while its person's request lasts, so the page asks for one slice after another.
Before the server is told of a message, it is written down that it is not known whether that has left; what the server
answers is written down after it. Wherever this breaks off, what waits is gone on with and what may have left is not.
"""

import smtplib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import F, Max
from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.ground.access.context import Who
from accounts.ground.access.elsewhere import in_between
from accounts.ground.access.scope import scope
from crm.contacts.filters import book
from crm.mail.context import access_of_own, asked
from crm.mail.keeping import keep_sent
from crm.mail.lines import Outgoing, outgoing
from crm.mail.queries import own
from crm.mail.rules import Access, MailProblem, NotTaken, ServerProblem, Unsure
from crm.mail.sending import hand_over
from crm.mail.writing import Letter, Sendable, looked_through, mail_of
from crm.mailings.actions import body_of, demand_own, foot_of
from crm.mailings.models import FAILED, LEFT, NO_EMAIL, TRASHED, UNSURE, WAITING, Handover, Mailing
from crm.mailings.queries import QUEUED, letter_of, reached, shown_of
from crm.mailings.stopping import heads_for
from crm.vault.models import Unlocked
from crm.vault.sealed import Opened

# In one request so many are handed on. Signed in at the server, the first is begun in any case and none later than
# this; the last one may take its time.
MOST_AT_ONCE, BEGUN_WITHIN, IN_ALL = 20, 12, 70


@dataclass(frozen=True)
class Message:
    """What is to be handed on, or why it is not: then the outcome says so."""

    key: UUID
    contact: UUID
    outcome: str
    sendable: Sendable | None = None


@dataclass
class Handed:
    """How many rows were moved in this request, how many messages have left, and why the others wait."""

    moved: int = 0
    left: int = 0
    problem: str = ""


def hand_on(request: HttpRequest, vault: Opened, mailing: Mailing, at: datetime) -> Handed:
    """The next ones. Raises MailingProblem and ServerProblem; nothing has left then."""
    demand_own(vault, mailing)
    mailbox = own(vault)
    if mailbox is None:
        raise ServerProblem(_("Connect your mailbox first; then you can write from here."))
    access = access_of_own(vault, mailbox)
    return asked(request, vault, "mailing", lambda: _handed(request, vault, access, mailing, at))


def _ready(vault: Opened, mailing: Mailing, at: datetime) -> list[Message]:
    """The next that wait, filled in: to the addresses that were shown, of those who still want it."""
    messages = scope(vault.who, Handover).filter(mailing=mailing)
    # What was put off comes after the others: an address that is never taken does not stand in their way.
    never_first = (F("tried_at").asc(nulls_first=True), "pk")
    waiting = list(messages.filter(state=WAITING).order_by(*never_first)[:MOST_AT_ONCE])
    turns = messages.filter(contact__in=[one.contact for one in waiting]).values_list("contact").annotate(Max("turn"))
    newest: dict[UUID, int] = dict(turns)
    rows = {one.contact: one for one in waiting if one.turn == newest[one.contact]}
    letter, shown = letter_of(vault, mailing), shown_of(vault, mailing)
    if not letter.body or not shown:
        raise ServerProblem(_("This was changed from outside and does not open."))
    found = {one.contact.pk: one for one in reached(vault, book(vault).filter(pk__in=rows), letter)} if rows else {}
    foot = foot_of(vault, at, is_own=True)
    # Sent once more meanwhile, it goes out by that turn alone.
    made = [Message(one.pk, one.contact, FAILED) for one in waiting if one.turn < newest[one.contact]]
    for contact, row in rows.items():
        # A row for somebody whom its writer was not shown is none of the writer's.
        one = found.get(contact) if contact in shown else None
        if one is None or one.outcome != QUEUED:
            made.append(Message(row.pk, contact, TRASHED if one is None else one.outcome))
            continue
        told = letter.to(one.values)
        to = shown[contact] if row.turn == 1 else one.email
        try:
            sendable = looked_through(Letter(to=to, subject=told.subject, body=body_of(told, contact, foot)))
        except MailProblem:
            made.append(Message(row.pk, contact, NO_EMAIL))
            continue
        made.append(Message(row.pk, contact, WAITING, sendable))
    return made


def _handed(request: HttpRequest, vault: Opened, access: Access, mailing: Mailing, at: datetime) -> Handed:
    """With no transaction open but short ones of their own."""
    done = Handed()
    with in_between(request) as who:
        messages = _ready(vault, mailing, at) if who is not None else []
    for one in messages:
        if one.sendable is None:
            done.moved += _note(request, one, WAITING, one.outcome, at)
    going = [one for one in messages if one.sendable is not None]
    if not going:
        return done
    try:
        with outgoing(access, seconds=IN_ALL) as line:
            for one in _claimed(request, vault, going, at):
                done.moved += 1
                raw = _written(access, one, at)
                outcome, done.problem = _told(request, line, access, one, raw, at)
                if outcome == LEFT:
                    done.left += _left(request, vault, one, raw, at)
                else:
                    _note(request, one, UNSURE, outcome, at)
                if done.problem:
                    break
    except ServerProblem as problem:
        done.problem = done.problem or str(problem)
    return done


def _claimed(request: HttpRequest, vault: Opened, going: list[Message], at: datetime) -> Iterator[Message]:
    """One after another those that nobody else has taken meanwhile, while the book stays unlocked in this browser."""
    until = time.monotonic() + BEGUN_WITHIN
    for number, one in enumerate(going):
        if number and time.monotonic() > until:
            return
        with in_between(request) as who:
            is_open = who is not None and scope(who, Unlocked).filter(pk=vault.row.pk).exists()
            is_ours = who is not None and is_open and _moved(who, one, WAITING, UNSURE, at)
        if not is_open:
            return
        if is_ours:
            yield one


def _told(
    request: HttpRequest, line: Outgoing, access: Access, one: Message, raw: bytes, at: datetime
) -> tuple[str, str]:
    """What the server says to a message, and why no other follows; "" where another may."""
    assert one.sendable is not None
    try:
        hand_over(line, access, one.sendable.everybody, raw)
    except Unsure:
        return UNSURE, _("The server took a message and broke off before it said so. The others wait.")
    except NotTaken as problem:
        # A wrong address says nothing of the others; a server that takes no mail, or no more of it now, says it of all.
        is_alone = problem.field == "to" and problem.is_final
        return FAILED if problem.is_final else WAITING, "" if is_alone else str(problem)
    except (OSError, smtplib.SMTPException):
        # Broken off before it was handed over: it waits like the others.
        _note(request, one, UNSURE, WAITING, at)
        raise
    return LEFT, ""


def _left(request: HttpRequest, vault: Opened, one: Message, raw: bytes, at: datetime) -> bool:
    """It has left, and in the same breath it is kept with its contact."""
    with in_between(request) as who:
        has_left = who is not None and _moved(who, one, UNSURE, LEFT, at)
        if has_left:
            keep_sent(vault=vault, raw=raw, hidden=(), at=at)
    return has_left


def _note(request: HttpRequest, one: Message, before: str, after: str, at: datetime) -> bool:
    if before == after:
        return False
    with in_between(request) as who:
        return who is not None and _moved(who, one, before, after, at)


def _moved(who: Who, one: Message, before: str, after: str, at: datetime) -> bool:
    """Whether it was we who moved it: of two who try, the row lets one."""
    row = scope(who, Handover).filter(pk=one.key, state=before)
    return bool(row.update(state=after, tried_at=at))


def _written(access: Access, one: Message, at: datetime) -> bytes:
    assert one.sendable is not None
    mail = mail_of(access, one.sendable, (), at)
    for name, value in heads_for(one.contact).items():
        mail[name] = value
    return mail.as_bytes()
