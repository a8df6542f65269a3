"""Sending a mail from one's own mailbox, once, with a copy among the sent ones."""

import smtplib
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from django.conf import settings
from django.core.cache import cache
from django.utils.translation import gettext as _

from crm.documents.scanning import scanner
from crm.mail import reading
from crm.mail.lines import SENDING, Outgoing, outgoing
from crm.mail.parsing import file_of
from crm.mail.reading import NoSuchMail
from crm.mail.rules import Access, MailProblem, NotTaken, ServerProblem, Unsure, one_line, room_for_files
from crm.mail.writing import MOST_FILES, Sendable, mail_of
from portal.lib.filekinds import MEGA, clean_name, size_of

ONCE_FOR = 24 * 3600
SENT, UNSURE = 1, 2


@dataclass(frozen=True)
class Upload:
    """A file that goes along."""

    name: str
    file: BinaryIO


@dataclass(frozen=True)
class Origin:
    """The mail at the server that is answered, handed on or gone on with, and which of its files go along."""

    folder: str
    key: str
    kind: str
    parts: tuple[int, ...] = ()


@dataclass(frozen=True)
class Sent:
    """What became of it: who was refused, and whether a copy lies among the sent ones."""

    raw: bytes
    hidden: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    is_filed: bool = True


def send(
    access: Access, sendable: Sendable, uploads: Iterable[Upload], origin: Origin | None, *, once: str, at: datetime
) -> Sent:
    """Hand it to the server. Raises MailProblem, ServerProblem, DocumentProblem; nothing has left then.

    Raises Unsure where it may have left: the same `once` does not send it again.
    """
    name = f"mail/sent/{once}"
    if not cache.add(name, SENT, ONCE_FOR):
        if cache.get(name) == UNSURE:
            raise _unsure()
        raise ServerProblem(_("This mail was sent already. Look among the sent ones."))
    try:
        files = _files(access, uploads, origin)
        raw = mail_of(access, sendable, files, at).as_bytes()
        if len(raw) > settings.MAIL_BYTES:
            raise _too_large()
        refused = _handed_over(access, sendable, raw)
    except Unsure:
        cache.set(name, UNSURE, ONCE_FOR)
        raise
    except BaseException:
        cache.delete(name)
        raise
    hidden = tuple(one.email for one in sendable.bcc)
    return Sent(raw, hidden, refused, is_filed=_filed(access, raw, origin))


def hand_over(line: Outgoing, access: Access, everybody: list[str], raw: bytes) -> tuple[str, ...]:
    """Who of those it goes to was refused, while it has gone to others.

    Raises NotTaken and Unsure, and what a line raises that breaks off before the mail was handed over.
    """
    line.is_handed_over = False
    try:
        return tuple(line.sendmail(access.address, everybody, raw))
    except smtplib.SMTPRecipientsRefused as problem:
        names = ", ".join(sorted(problem.recipients))
        if all(code >= 500 for code, _answer in problem.recipients.values()):
            words = _("The server takes no mail to %(names)s.") % {"names": names}
            raise NotTaken(words, "to", is_final=True) from problem
        words = _said(next(answer for code, answer in problem.recipients.values() if code < 500))
        told = _("The server takes no mail to %(names)s at this moment: %(words)s") % {"names": names, "words": words}
        raise NotTaken(told, "to", is_final=False) from problem
    except (OSError, smtplib.SMTPException) as problem:
        if not isinstance(problem, smtplib.SMTPResponseException):
            if line.is_handed_over:
                raise _unsure() from problem
            raise
        if line.is_handed_over and not 400 <= problem.smtp_code < 600:
            raise _unsure() from problem
        told = _("The server refuses the mail: %(words)s") % {"words": _said(problem.smtp_error)}
        raise NotTaken(told, is_final=problem.smtp_code >= 500) from problem


def save_draft(
    access: Access, sendable: Sendable, uploads: Iterable[Upload], origin: Origin | None, *, at: datetime
) -> None:
    """Among the drafts at the server, in place of the one that was gone on with. Raises as `send` does."""
    files = _files(access, uploads, origin)
    raw = mail_of(access, sendable, files, at, is_draft=True).as_bytes()
    if len(raw) > settings.MAIL_BYTES:
        raise _too_large()
    reading.put(access, raw, "drafts")
    if origin is not None and origin.kind == "draft":
        _replaced(access, origin)


def _files(access: Access, uploads: Iterable[Upload], origin: Origin | None) -> list[tuple[str, bytes]]:
    """What goes along, looked through for malware; no more than fits."""
    given, most = list(uploads), room_for_files()
    sizes = [size_of(one.file) for one in given]
    if len(given) + len(origin.parts if origin else ()) > MOST_FILES:
        raise MailProblem({"file": _("At most 10 files go with a mail.")})
    if sum(sizes) > most:
        raise _too_large()
    found = []
    for one in given:
        scanner().look(one.file)
        one.file.seek(0)
        found.append((clean_name(one.name), one.file.read()))
    if origin is not None and origin.parts:
        mail = reading.whole_of(access, origin.folder, origin.key)
        found += [part for number in origin.parts if (part := file_of(mail, number)) is not None]
    if sum(len(content) for _name, content in found) > most:
        raise _too_large()
    return found


def _handed_over(access: Access, sendable: Sendable, raw: bytes) -> tuple[str, ...]:
    """Who of those it goes to was refused, while it has gone to others."""
    with outgoing(access, seconds=SENDING) as line:
        return hand_over(line, access, sendable.everybody, raw)


def _filed(access: Access, raw: bytes, origin: Origin | None) -> bool:
    """Among the sent ones. It has left: what goes wrong from here on is told, and takes nothing back."""
    try:
        reading.put(access, raw, "sent")
    except ServerProblem:
        return False
    if origin is not None:
        with suppress(ServerProblem, NoSuchMail):
            if origin.kind == "draft":
                reading.throw_away(access, origin.folder, [origin.key])
            elif origin.kind in ("reply", "reply_all"):
                reading.answered(access, origin.folder, origin.key)
    return True


def _replaced(access: Access, origin: Origin) -> None:
    with suppress(ServerProblem, NoSuchMail):
        reading.throw_away(access, origin.folder, [origin.key])


def _said(answer: bytes | str) -> str:
    return one_line(answer.decode("utf-8", "replace") if isinstance(answer, bytes) else str(answer))[:200]


def _unsure() -> Unsure:
    return Unsure(
        _(
            "It is not known whether the mail has left: the server took it and broke off before it said so. Ask who was"
            " to get it, and look among the sent ones. If it did not arrive, save it as a draft and send that."
        )
    )


def _too_large() -> MailProblem:
    words = _("The files are larger than goes with a mail: %(most)s MB in all.") % {"most": room_for_files() // MEGA}
    return MailProblem({"file": words})
