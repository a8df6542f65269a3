"""What is written: whom it goes to, what it answers or hands on, and the mail that comes of it."""

import mimetypes
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, getaddresses, make_msgid

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from crm.mail.parsing import Person, mark_of
from crm.mail.reading import Mail
from crm.mail.rules import Access, MailProblem, one_line

LONGEST_SUBJECT, LONGEST_BODY, LONGEST_LINE_OF_PEOPLE = 250, 200_000, 5000
MOST_PEOPLE, MOST_FILES = 50, 10
# Servers wrap lines of other kinds in ways that not everybody takes.
POLICY = SMTP.clone(cte_type="7bit", max_line_length=200)
# As programs leave them, which newer libraries take for a broken line.
_COMMAS = re.compile(r"\s*,(?:\s*,)*\s*")
REPLY, REPLY_ALL, FORWARD, DRAFT = "reply", "reply_all", "forward", "draft"


@dataclass(frozen=True)
class Letter:
    """A mail before it is sent."""

    to: str = ""
    cc: str = ""
    bcc: str = ""
    subject: str = ""
    body: str = ""
    in_reply_to: str = ""
    references: str = ""


@dataclass(frozen=True)
class Sendable:
    """The same, looked through."""

    to: tuple[Person, ...]
    cc: tuple[Person, ...]
    bcc: tuple[Person, ...]
    letter: Letter

    @property
    def everybody(self) -> list[str]:
        """Whom it goes to, each once."""
        return list(dict.fromkeys(one.email for one in (*self.to, *self.cc, *self.bcc)))


def looked_through(letter: Letter, *, is_draft: bool = False) -> Sendable:
    """Raises MailProblem for what cannot be sent; a draft may lack whom it goes to."""
    problems: dict[str, str] = {}
    people = {name: _people(getattr(letter, name), name, problems) for name in ("to", "cc", "bcc")}
    every = [one for each in people.values() for one in each]
    if not every and not problems and not is_draft:
        problems["to"] = _("Say whom the mail goes to.")
    if len(every) > MOST_PEOPLE:
        problems["to"] = _("A mail goes to 50 people at most. Write to several for more: everybody gets one alone.")
    subject = one_line(letter.subject)
    body = letter.body.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    if len(subject) > LONGEST_SUBJECT:
        problems["subject"] = _("That is too long.")
    if len(body) > LONGEST_BODY:
        problems["body"] = _("That is too long.")
    if not subject and not body.strip():
        problems.setdefault("body", _("Write what the mail says."))
    if problems:
        raise MailProblem(problems)
    answers = mark_of(letter.in_reply_to)
    line = " ".join(filter(None, map(mark_of, letter.references.split()[-20:])))
    plain = replace(letter, subject=subject, body=body, in_reply_to=answers, references=line)
    return Sendable(**people, letter=plain)


def mail_of(
    access: Access, sendable: Sendable, files: Iterable[tuple[str, bytes]], at: datetime, *, is_draft: bool = False
) -> EmailMessage:
    """The mail itself. Who gets a copy without others knowing stands in no mail that leaves, only in a draft."""
    mail, letter = EmailMessage(policy=POLICY), sendable.letter
    mail["From"] = Address(access.name, addr_spec=access.address)
    heads = {"To": sendable.to, "Cc": sendable.cc, **({"Bcc": sendable.bcc} if is_draft else {})}
    for name, people in heads.items():
        if people:
            mail[name] = [Address(one.name, addr_spec=one.email) for one in people]
    mail["Subject"], mail["Date"] = letter.subject, format_datetime(at)
    mail["Message-ID"] = make_msgid(domain=access.address.rsplit("@", 1)[1])
    if letter.in_reply_to:
        mail["In-Reply-To"] = letter.in_reply_to
        mail["References"] = letter.references or letter.in_reply_to
    mail.set_content(letter.body + "\n")
    for name, content in files:
        kind = mimetypes.guess_type(name)[0] or ""
        main, _slash, sub = kind.partition("/")
        if main not in ("application", "image", "audio", "video"):
            main, sub = "application", "octet-stream"
        mail.add_attachment(content, maintype=main, subtype=sub, filename=name)
    return mail


def answer_to(mail: Mail, kind: str, own: str) -> Letter:
    """What a reply, one to all, a forwarded mail or a draft that is gone on with begins as."""
    heads, words = mail.line.heads, mail.content.text if mail.content else ""
    if kind == DRAFT:
        people = {"to": _line(heads.to), "cc": _line(heads.cc), "bcc": _line(heads.bcc)}
        thread = {"in_reply_to": heads.in_reply_to, "references": heads.references}
        return Letter(**people, subject=heads.subject, body=words, **thread)
    if kind == FORWARD:
        above = [
            _("Forwarded mail"),
            f"{pgettext('of a mail', 'From')}: {heads.sender}",
            f"{pgettext('of a mail', 'To')}: {_line(heads.to)}",
            f"{_('Date')}: {_moment(mail.line.at)}",
            f"{_('Subject')}: {heads.subject}",
        ]
        body = "\n\n---- " + "\n".join(above) + "\n\n" + words
        return Letter(subject=_prefixed("Fwd:", heads.subject), body=body[:LONGEST_BODY])
    is_own = heads.sender.email.casefold() == own.casefold()
    # What one has written oneself is gone on with to those who got it.
    back = heads.to if is_own and heads.to else heads.reply_to or (heads.sender,)
    others: Sequence[Person] = ()
    if kind == REPLY_ALL:
        known = {own.casefold(), *(one.email.casefold() for one in back)}
        others = [one for one in (*heads.to, *heads.cc) if one.email.casefold() not in known]
    said = _("%(at)s, %(who)s:") % {"at": _moment(mail.line.at), "who": heads.sender}
    quoted = "\n".join(f"> {line}".rstrip() for line in words.split("\n"))
    return Letter(
        to=_line(back),
        cc=_line(others),
        subject=_prefixed("Re:", heads.subject),
        body=f"\n\n{said}\n{quoted}"[:LONGEST_BODY],
        in_reply_to=heads.message_id,
        references=" ".join([*heads.references.split()[-10:], heads.message_id]).strip(),
    )


def _people(line: str, name: str, problems: dict[str, str]) -> tuple[Person, ...]:
    found: list[Person] = []
    if len(line) > LONGEST_LINE_OF_PEOPLE:
        problems[name] = _("That is too long.")
        return ()
    text = _COMMAS.sub(", ", one_line(line.replace(";", ","))).strip(", ")
    pairs = [pair for pair in getaddresses([text]) if any(pair)] if text else []
    if text and not pairs:
        problems[name] = _("“%(address)s” is no e-mail address.") % {"address": text[:100]}
    for named, email in pairs:
        try:
            local, _at, domain = email.rpartition("@")
            known = f"{local}@{domain.encode('idna').decode('ascii')}"
            known.encode("ascii")
            validate_email(known)
            Address(addr_spec=known)
        except (ValidationError, ValueError, IndexError, AttributeError):
            problems[name] = _("“%(address)s” is no e-mail address.") % {"address": (email or named)[:100]}
            continue
        found.append(Person(named, known))
    return tuple(found)


def _line(people: Iterable[Person]) -> str:
    """As it stands in a form, where it is read again."""
    return ", ".join(str(Address(one.name, addr_spec=one.email)) if _is_plain(one) else one.email for one in people)


def _is_plain(one: Person) -> bool:
    try:
        Address(one.name, addr_spec=one.email)
    except (ValueError, IndexError, AttributeError):
        return False
    return bool(one.name)


def _prefixed(mark: str, subject: str) -> str:
    return subject if subject.casefold().startswith(mark.casefold()) else f"{mark} {subject}".strip()


def _moment(at: datetime | None) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}" if at else "—"
