"""Contacts out of a file: sealed until somebody has looked at what it brings, then taken, and taken back again."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import F
from django.utils.translation import gettext as _

from accounts.ground.access.scope import scope
from crm.contacts.actions import RECORD, make
from crm.contacts.fields import Field
from crm.contacts.intakes import Intake, IntakeState
from crm.contacts.models import Contact, Kind
from crm.contacts.placing import placed, places
from crm.contacts.rules import ContactProblem, clean_clear
from crm.contacts.stored import parted, written
from crm.contacts.told import said_of
from crm.custom.queries import fields
from crm.imports.contacts import CREATE, REJECT, SKIP, ContactFile, keys_of
from crm.imports.draft import Draft, Reach, draft_of
from crm.locks import actions as locks
from crm.vault.deposits import content_of
from crm.vault.engine.encoding import Unopened
from crm.vault.models import Deposit
from crm.vault.sealed import Opened
from portal.lib.words import Sentence, gettext_noop

FILL = "fill"
KNOWN = gettext_noop("In the book already: %(why)s.")
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


def take(*, vault: Opened, intake: Intake, policy: str, at: datetime, today: date) -> Counter[str]:
    """Bring what waits into the book; how many were created, filled, skipped and rejected.

    What the book holds already is passed over, or with the policy `fill` its empty fields are filled. Raises
    ContactProblem where the file does not wait any more.
    """
    _claim(vault, intake, IntakeState.WAITING, IntakeState.TAKEN)
    counted: Counter[str] = Counter()
    made = []
    own = {one.key: one for one in fields(vault)}
    columns = places(vault, about(vault, intake)["unknown"])
    for line in judged(vault, lines_of(vault, intake)):
        line = replace(line, draft=placed(line.draft, columns))
        if line.verdict == CREATE:
            contact = _contact(vault, intake, line.draft, own, at=at, today=today)
            verdict = REJECT if contact is None else CREATE
            made += [contact] if contact is not None else []
        elif line.verdict == SKIP and policy == FILL and line.known is not None:
            verdict = FILL if _fill(vault, line, own, at=at, today=today) else SKIP
        else:
            verdict = line.verdict
        counted[verdict] += 1
    make(made)
    intake.created, intake.filled = counted[CREATE], counted[FILL]
    intake.skipped, intake.rejected, intake.taken_at = counted[SKIP], counted[REJECT], at
    intake.save(update_fields=["created", "filled", "skipped", "rejected", "taken_at"])
    return counted


def take_back(*, vault: Opened, intake: Intake, at: datetime) -> tuple[int, int]:
    """Undo: what the file has made and nobody has touched since goes to the trash; (how many, how many stay)."""
    _claim(vault, intake, IntakeState.TAKEN, IntakeState.UNDONE)
    rows = scope(vault.who, Contact).filter(intake=intake, trashed_at=None)
    held = locks.held_by_others(vault=vault, at=at)
    gone = rows.filter(changed_at=F("created_at"), party=None).exclude(pk__in=held).update(trashed_at=at)
    return gone, rows.count()


def forget(*, vault: Opened, intake: Intake) -> None:
    """Throw a file away that nobody took."""
    _claim(vault, intake, IntakeState.WAITING, IntakeState.UNDONE)
    intake.delete()


def lines_of(vault: Opened, intake: Intake) -> list[Line]:
    """What waits, opened. Raises `Unopened`."""
    return [
        Line(
            one["line"],
            one["verdict"],
            _sentence(one["words"]),
            tuple(found for found in map(_sentence, one["remarks"]) if found),
            draft_of(one["draft"]),
            UUID(one["known"]) if one["known"] else None,
        )
        for one in json.loads(intake.text(vault, "content"))["lines"]
    ]


def about(vault: Opened, intake: Intake) -> dict[str, Any]:
    """The file's name, its format and the columns of which nothing is known."""
    whole = json.loads(intake.text(vault, "content"))
    return {key: whole[key] for key in ("name", "format", "unknown")}


def judged(vault: Opened, lines: Sequence[Line]) -> list[Line]:
    """The lines, what the book holds already among them to be skipped."""
    known: dict[tuple[str, str], UUID] = {}
    rows = scope(vault.who, Contact).filter(practice_id=vault.who.practice_id, trashed_at=None)
    for contact in rows.select_related("party").iterator(chunk_size=2000):
        for key in keys_of(_as_draft(contact)):
            known.setdefault(key, contact.pk)
    found = []
    for line in lines:
        same = next((one for one in keys_of(line.draft) if one in known), None)
        if line.verdict == CREATE and same is not None:
            sentence = Sentence(KNOWN, {"why": same[0]})
            line = Line(line.line, SKIP, sentence, line.remarks, line.draft, known[same])
        found.append(line)
    return found


def _as_draft(contact: Contact) -> Draft:
    emails = [Reach(contact.shown_email)] if contact.shown_email else []
    phones = [Reach(contact.phone)] if contact.phone else []
    first, name = contact.first_name, contact.name
    if contact.party is not None:
        name, _comma, first = (part.strip() for part in contact.party.legal_name.partition(","))
    return Draft(first_name=first, name=name, emails=emails, phones=phones)


def _contact(
    vault: Opened, intake: Intake, draft: Draft, own: Mapping[str, Field], *, at: datetime, today: date
) -> Contact | None:
    """A contact not yet saved, or None where its names do not do."""
    said, record = said_of(draft, today=today, own=own)
    kind = draft.kind if draft.kind in Kind.values else Kind.PERSON
    try:
        # A card may hold one name only; a person typed in by hand needs two.
        values = clean_clear({**said, "first_name": said["first_name"] or "-"}, kind=kind, has_party=False)
    except ContactProblem:
        return None
    values["first_name"] = said["first_name"] if kind == Kind.PERSON else ""
    contact = Contact(
        firm_id=vault.who.firm_id,
        practice_id=vault.who.practice_id,
        kind=kind,
        owner_id=vault.who.user_id,
        intake=intake,
        created_at=at,
        changed_at=at,
        **values,
    )
    return contact.put(vault, **{RECORD: written(record)})


def _fill(vault: Opened, line: Line, own: Mapping[str, Field], *, at: datetime, today: date) -> bool:
    """Fill the empty fields of a known contact; whether there was one to fill."""
    rows = scope(vault.who, Contact).filter(pk=line.known, trashed_at=None)
    rows = rows.exclude(pk__in=locks.held_by_others(vault=vault, at=at))
    contact = rows.select_for_update(of=("self",)).first()
    if contact is None:
        return False
    said, record = said_of(line.draft, today=today, own=own)
    try:
        held, ties = parted(contact.text(vault, RECORD))
    except Unopened:
        return False
    new = {key: value for key, value in record.items() if not held.get(key)}
    clear = {key: said[key] for key in ("email", "phone") if said[key] and not getattr(contact, key)}
    if not new and not clear:
        return False
    for name, value in clear.items():
        setattr(contact, name, value)
    contact.put(vault, **{RECORD: written({**held, **new}, ties)})
    contact.changed_at = at
    contact.save(update_fields=[*clear, "version", "record_sealed", "changed_at"])
    return True


def _keep(vault: Opened, name: str, format: str, unknown: Iterable[str], lines: Sequence[Line], at: datetime) -> Intake:
    counted = Counter(one.verdict for one in lines)
    intake = Intake(
        firm_id=vault.who.firm_id,
        practice_id=vault.who.practice_id,
        user_id=vault.who.user_id,
        at=at,
        created=counted[CREATE],
        skipped=counted[SKIP],
        rejected=counted[REJECT],
    )
    whole = {"name": name[:200], "format": format, "unknown": list(unknown), "lines": [one.told() for one in lines]}
    intake.put(vault, content=json.dumps(whole, ensure_ascii=False, default=str))
    intake.save(force_insert=True)
    return intake


def _claim(vault: Opened, intake: Intake, before: str, after: str) -> None:
    """One of two clicks gets it."""
    rows = scope(vault.who, Intake).filter(pk=intake.pk, state=before)
    if not rows.update(state=after):
        raise ContactProblem(_("This file was taken or thrown away already."))
    intake.state = after


def _kept(sentence: Sentence) -> list[Any]:
    return [sentence.msgid, dict(sentence.params)]


def _sentence(kept: Sequence[Any] | None) -> Sentence | None:
    return Sentence(kept[0], dict(kept[1])) if kept else None
