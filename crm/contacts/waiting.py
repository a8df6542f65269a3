"""A file of contacts as it waits: sealed, its rows judged against the book, until it is taken or thrown away."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from accounts.ground.access.scope import scope
from accounts.ground.tree.rules import sort_key
from crm.contacts.intakes import Intake
from crm.contacts.models import Contact
from crm.imports.contacts import CREATE, SKIP, ContactFile, keys_of
from crm.imports.draft import Draft, Reach, draft_of
from crm.vault.deposits import content_of
from crm.vault.engine.encoding import Unopened
from crm.vault.models import Deposit
from crm.vault.sealed import Opened
from portal.lib.words import Sentence, gettext_noop

KNOWN = gettext_noop("In the book already: %(why)s.")
SAME_ID = gettext_noop("the same ID")
DEPOSIT = "contacts"


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a file as it waits: where it stood, what is to become of it and why, and the contact."""

    line: int
    verdict: str
    words: Sentence | None
    remarks: tuple[Sentence, ...]
    draft: Draft
    known: UUID | None = None

    def told(self) -> dict[str, Any]:
        """As it is sealed."""
        return {
            "line": self.line,
            "verdict": self.verdict,
            "words": _kept(self.words) if self.words else None,
            "remarks": [_kept(one) for one in self.remarks],
            "draft": self.draft.told(),
            "known": str(self.known) if self.known else "",
        }


def lay_down(*, vault: Opened, name: str, file: ContactFile, at: datetime) -> Intake:
    """Keep a file, read and judged against the book, for somebody to look at; nothing is in the book yet."""
    lines = [Line(one.read.line, one.verdict, one.reason, tuple(one.read.remarks), one.read.draft) for one in file.rows]
    return _keep(vault, name, file.format, file.unknown, judged(vault, lines), at)


def collect(*, vault: Opened, at: datetime) -> int:
    """Make what commands have left in the inbox wait like a file; how many deposits."""
    rows = scope(vault.who, Deposit).filter(kind=DEPOSIT, kept_at__isnull=False, vault_id=vault.ring.vault)
    taken = 0
    for row in rows.order_by("left_at", "pk"):
        try:
            drafts = [draft_of(one) for one in json.loads(content_of(row, vault.ring))]
        except (Unopened, ValueError, TypeError, KeyError):
            continue
        lines = [Line(number, CREATE, None, (), draft) for number, draft in enumerate(drafts, start=1)]
        _keep(vault, _("left by a command"), "inbox", [], judged(vault, lines), at)
        row.delete()
        taken += 1
    return taken


def lines_of(vault: Opened, intake: Intake, begin: int = 0, end: int | None = None) -> list[Line]:
    """What waits, opened, or the rows from `begin` up to `end`. Raises `Unopened`."""
    return [
        Line(
            one["line"],
            one["verdict"],
            _sentence(one["words"]),
            tuple(found for found in map(_sentence, one["remarks"]) if found),
            draft_of(one["draft"]),
            UUID(one["known"]) if one["known"] else None,
        )
        for one in json.loads(intake.text(vault, "content"))["lines"][begin:end]
    ]


def about(vault: Opened, intake: Intake) -> dict[str, Any]:
    """The file's name, its format and the columns of which nothing is known."""
    whole = json.loads(intake.text(vault, "content"))
    return {key: whole[key] for key in ("name", "format", "unknown")}


def judged(vault: Opened, lines: Sequence[Line]) -> list[Line]:
    """The lines, what the book holds already among them to be skipped: by the book's own ID, by the e-mail address, or
    by name and telephone number."""
    known: dict[tuple[str, str], UUID] = {}
    for contact in _perhaps(vault, [one.draft for one in lines]):
        for key in [(SAME_ID, str(contact.pk)), *keys_of(_as_draft(contact))]:
            known.setdefault(key, contact.pk)
    found = []
    for line in lines:
        named = _named(line.draft)
        keys = [*([(SAME_ID, str(named))] if named else []), *keys_of(line.draft)]
        same = next((one for one in keys if one in known), None)
        if line.verdict == CREATE and same is not None:
            sentence = Sentence(KNOWN, {"why": same[0]})
            line = Line(line.line, SKIP, sentence, line.remarks, line.draft, known[same])
        found.append(line)
    return found


def _perhaps(vault: Opened, drafts: Sequence[Draft]) -> "QuerySet[Contact]":
    """The contacts of the book who may be one of these."""
    emails = {draft.email.lower() for draft in drafts if draft.email}
    names = {sort_key(draft.title) for draft in drafts if draft.phone}
    keys = {named for draft in drafts if (named := _named(draft))}
    rows = scope(vault.who, Contact).filter(practice_id=vault.who.practice_id, trashed_at=None)
    rows = rows.annotate(mail=Lower("email"), theirs=Lower("party__email")).select_related("party").order_by("pk")
    return rows.filter(Q(mail__in=emails) | Q(theirs__in=emails) | Q(sort_key__in=names) | Q(pk__in=keys))


def _named(draft: Draft) -> UUID | None:
    """The key under which our own tables and cards name a contact."""
    try:
        return UUID(draft.uid.removeprefix("urn:uuid:"))
    except ValueError:
        return None


def _as_draft(contact: Contact) -> Draft:
    emails = [Reach(contact.shown_email)] if contact.shown_email else []
    phones = [Reach(contact.phone)] if contact.phone else []
    first, name = contact.first_name, contact.name
    if contact.party is not None:
        name, _comma, first = (part.strip() for part in contact.party.legal_name.partition(","))
    return Draft(first_name=first, name=name, emails=emails, phones=phones)


def _keep(vault: Opened, name: str, format: str, unknown: Iterable[str], lines: Sequence[Line], at: datetime) -> Intake:
    counted = Counter(one.verdict for one in lines)
    intake = Intake(
        firm_id=vault.who.firm_id,
        practice_id=vault.who.practice_id,
        user_id=vault.who.user_id,
        at=at,
        size=len(lines),
        created=counted[CREATE],
        skipped=counted[SKIP],
        rejected=len(lines) - counted[CREATE] - counted[SKIP],
    )
    whole = {"name": name[:200], "format": format, "unknown": list(unknown), "lines": [one.told() for one in lines]}
    intake.put(vault, content=json.dumps(whole, ensure_ascii=False, default=str))
    intake.save(force_insert=True)
    return intake


def _kept(sentence: Sentence) -> list[Any]:
    return [sentence.msgid, dict(sentence.params)]


def _sentence(kept: Sequence[Any] | None) -> Sentence | None:
    return Sentence(kept[0], dict(kept[1])) if kept else None
