"""Mails kept with contacts: a sealed copy of what was written to and fro, in the client book of the practice."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from django.db.models import Q
from django.db.models.functions import Lower

from accounts.ground.access.scope import scope
from crm.contacts.filters import book
from crm.contacts.models import Contact
from crm.mail.models import KeptMail, Mailbox, NotKept
from crm.mail.parsing import Content, Heads, Person, content_of, heads_of, message_of
from crm.mail.rules import not_later, one_line
from crm.vault.engine.encoding import Unopened
from crm.vault.sealed import Opened

# With so many contacts of the book one mail is kept.
MOST_CONTACTS = 20
LONGEST_KEPT = 100_000


@dataclass(frozen=True)
class Standing:
    """The copies of a mail that there are now, and those that the practice does not want."""

    copies: list[KeptMail]
    unwanted: list[NotKept]


@dataclass(frozen=True)
class Read:
    """A kept mail, opened for this request."""

    mail: KeptMail
    subject: str = ""
    body: str = ""
    heads: dict[str, str] = field(default_factory=dict)
    is_damaged: bool = False


def keep(
    *, vault: Opened, heads: Heads, content: Content | None, came: datetime | None, at: datetime, is_out: bool
) -> Standing:
    """With each contact of the book who wrote it or to whom one wrote it oneself; once, however often it is seen, and
    not again where it was forgotten.

    Anybody can write any day above a mail; none stands later than it came.
    """
    people = (*heads.to, *heads.cc, *heads.bcc) if is_out else (heads.sender,)
    contacts = known(vault, (one.email for one in people))
    if not contacts:
        return Standing([], [])
    # Two pages that show the same mail at the same moment wait for each other here.
    scope(vault.who, Mailbox).select_for_update().first()
    said_at = not_later(heads.at, came or at) or at
    mark = heads.message_id or heads.subject
    by_key = {one.pk: one for one in contacts}
    of_it = {"contact__in": contacts, "said_at": said_at}
    held = scope(vault.who, KeptMail).filter(trashed_at=None, **of_it)
    there = [one for one in held if mark_of(vault, one) == mark]
    unwanted = [one for one in scope(vault.who, NotKept).filter(**of_it) if _says(vault, one, mark)]
    known_of: list[KeptMail | NotKept] = [*there, *unwanted]
    for one in known_of:
        one.contact = next(each for each in contacts if each.pk == one.contact_id)
        by_key.pop(one.contact_id, None)
    texts = {
        "subject": heads.subject,
        "body": (content.text if content else "")[:LONGEST_KEPT],
        "heads": _written(heads, content, mark),
    }
    for contact in by_key.values():
        row = KeptMail(
            firm_id=vault.who.firm_id,
            practice_id=vault.who.practice_id,
            contact=contact,
            user_id=vault.who.user_id,
            is_out=is_out,
            said_at=said_at,
            kept_at=at,
        )
        row.put(vault, **texts).save(force_insert=True)
        there.append(row)
    return Standing(there, unwanted)


def keep_sent(*, vault: Opened, raw: bytes, hidden: Iterable[str], at: datetime) -> Standing:
    """What has just left, with those too who got it without others knowing."""
    mail = message_of(raw)
    heads = replace(heads_of(mail), bcc=tuple(Person("", one) for one in hidden))
    return keep(vault=vault, heads=heads, content=content_of(mail), came=at, at=at, is_out=True)


def known(vault: Opened, emails: Iterable[str]) -> Sequence[Contact]:
    """The contacts of the book who have one of these addresses."""
    mails = list(dict.fromkeys(one.casefold() for one in emails if one))[:MOST_CONTACTS]
    if not mails:
        return []
    rows = book(vault).annotate(own_mail=Lower("email"), broker_mail=Lower("party__email"))
    return list(rows.filter(Q(own_mail__in=mails) | Q(broker_mail__in=mails)).order_by("pk")[:MOST_CONTACTS])


def one(vault: Opened, pk: UUID) -> KeptMail | None:
    """A kept mail of the practice."""
    return scope(vault.who, KeptMail).filter(pk=pk).select_related("contact__party", "user").first()


def read(vault: Opened, mail: KeptMail) -> Read:
    """What it says."""
    try:
        texts = mail.texts(vault)
        return Read(mail, texts["subject"], texts["body"], json.loads(texts["heads"]))
    except (Unopened, ValueError):
        return Read(mail, is_damaged=True)


def mark_of(vault: Opened, mail: KeptMail) -> str | None:
    """What tells it from other mails of that moment; None where it does not open."""
    try:
        return str(json.loads(mail.text(vault, "heads")).get("mark", ""))
    except (Unopened, ValueError):
        return None


def _says(vault: Opened, row: NotKept, mark: str) -> bool:
    try:
        return row.text(vault, "mark") == mark
    except Unopened:
        return False


def _written(heads: Heads, content: Content | None, mark: str) -> str:
    said = {
        "from": str(heads.sender),
        "to": ", ".join(map(str, heads.to))[:2000],
        "cc": ", ".join(map(str, heads.cc))[:2000],
        "files": one_line(", ".join(one.name for one in content.files))[:2000] if content else "",
        "mark": mark,
    }
    return json.dumps(said, ensure_ascii=False)
