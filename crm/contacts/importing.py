"""Taking a file of contacts into the book slice by slice, and taking it back: each slice is whole by itself, so that an
import that was broken off goes on where it stood and doubles nothing."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from accounts.ground.access.scope import scope
from crm.contacts import earlier
from crm.contacts.actions import RECORD, make, remember_all
from crm.contacts.earlier import Moves
from crm.contacts.fields import BY_KEY, Field
from crm.contacts.intakes import Intake, IntakeState, Policy
from crm.contacts.models import Contact, Kind
from crm.contacts.pasts import Past
from crm.contacts.placing import placed, places
from crm.contacts.rules import LONGEST, ContactProblem, clean_clear
from crm.contacts.stored import parted, written
from crm.contacts.told import said_of, speaks_of
from crm.contacts.waiting import Line, about, judged, lines_of
from crm.custom.queries import fields
from crm.imports.contacts import CREATE, REJECT, SKIP
from crm.imports.draft import Draft
from crm.locks import actions as locks
from crm.vault.engine.encoding import Unopened
from crm.vault.sealed import Opened

SLICE = 500
FILL, UPDATE, HELD = "fill", "update", "held"
# What has become of a row, as the file remembers it.
LETTERS = {CREATE: "c", FILL: "f", UPDATE: "u", SKIP: "s", HELD: "h", REJECT: "r"}
OUTCOMES = {letter: outcome for outcome, letter in LETTERS.items()}
COUNTED = ["state", "created", "filled", "updated", "skipped", "rejected", "size", "policy", "chosen", "outcomes"]


@dataclass(frozen=True)
class Plan:
    """What is done with somebody whom the book has already; with `update`, which fields are written over."""

    policy: str = Policy.SKIP
    chosen: tuple[str, ...] = ()


def take(*, vault: Opened, intake: Intake, plan: Plan, at: datetime, today: date, most: int = SLICE) -> Intake:
    """Bring the next rows of a file into the book, at most so many; the plan of the first slice holds for all.

    Raises ContactProblem where the file does not wait any more.
    """
    intake = _held(vault, intake, IntakeState.WAITING, IntakeState.TAKING)
    if intake.state == IntakeState.WAITING:
        intake.size = intake.size or len(lines_of(vault, intake))
        intake.policy, intake.chosen = plan.policy, list(plan.chosen)
        intake.created = intake.filled = intake.updated = intake.skipped = intake.rejected = 0
        intake.state = IntakeState.TAKING
    own = {one.key: one for one in fields(vault)}
    lines = _sliced(vault, intake, intake.done, intake.done + most)
    desk = _Desk(vault, intake, own, at, today, _contacts(vault, lines, at) if intake.policy != Policy.SKIP else {})
    outcomes = [desk.outcome(line) for line in lines]
    make(desk.made)
    for contact in desk.changed.values():
        contact.save(update_fields=earlier.CHANGED)
    remember_all(desk.pasts)
    counted = Counter(outcomes)
    intake.created += counted[CREATE]
    intake.filled += counted[FILL]
    intake.updated += counted[UPDATE]
    intake.skipped += counted[SKIP] + counted[HELD]
    intake.rejected += counted[REJECT]
    intake.outcomes += "".join(LETTERS[one] for one in outcomes)
    if intake.done >= intake.size or not lines:
        intake.state, intake.taken_at = IntakeState.TAKEN, at
    intake.save(update_fields=[*COUNTED, "taken_at"])
    return intake


def take_back(*, vault: Opened, intake: Intake, at: datetime, most: int = SLICE) -> Intake:
    """Undo: what the file has made and nobody has touched since goes to the trash, what it wrote over is put back where
    it stands still; of those at most so many at once. Raises ContactProblem."""
    intake = _held(vault, intake, IntakeState.TAKING, IntakeState.TAKEN, IntakeState.UNDOING)
    others = locks.held_by_others(vault=vault, at=at)
    if intake.state != IntakeState.UNDOING:
        intake.state = IntakeState.UNDOING
        rows = scope(vault.who, Contact).filter(intake=intake, trashed_at=None)
        rows.filter(changed_at=F("created_at"), party=None).exclude(pk__in=others).update(trashed_at=at)
    # The youngest first: a contact may have been written over in two slices.
    pasts = list(_pasts(vault, intake).select_for_update().order_by("-at", "pk")[:most])
    rows = scope(vault.who, Contact).filter(pk__in={one.contact_id for one in pasts}, trashed_at=None)
    rows = rows.exclude(pk__in=others).order_by("pk")
    contacts = {one.pk: one for one in rows.select_for_update(of=("self",))}
    made = [_put_back(vault, past, contacts.get(past.contact_id), at) for past in pasts]
    for one in made:
        if one is not None:
            one.contact.save(update_fields=earlier.CHANGED)
    remember_all([one for one in made if one is not None])
    back = {past.pk for past, one in zip(pasts, made, strict=True) if one is not None}
    scope(vault.who, Past).filter(pk__in=back).update(undone_at=at)
    # What stays is a change like any other from now on.
    scope(vault.who, Past).filter(pk__in={one.pk for one in pasts} - back).update(intake=None)
    if not _pasts(vault, intake).exists():
        intake.state = IntakeState.UNDONE
    intake.save(update_fields=["state"])
    return intake


def forget(*, vault: Opened, intake: Intake) -> None:
    """Throw a file away that nobody took."""
    _held(vault, intake, IntakeState.WAITING).delete()


def taken_back(vault: Opened, intake: Intake) -> tuple[int, int]:
    """(how much of a file was taken back, how much stays)."""
    made = scope(vault.who, Contact).filter(intake=intake)
    stays = made.filter(trashed_at=None).count()
    back = scope(vault.who, Past).filter(intake=intake, undone_at__isnull=False).count()
    return intake.created - stays + back, stays + intake.filled + intake.updated - back


def still_to_undo(vault: Opened, intake: Intake) -> int:
    """How many changes of a file are not put back yet."""
    return _pasts(vault, intake).count()


def speaks(vault: Opened, lines: Sequence[Line], own: Mapping[str, Field], columns: Mapping[str, str]) -> list[str]:
    """The fields of which a file says anything about somebody who is in the book."""
    said: set[str] = set()
    for line in lines:
        if line.known is not None:
            said |= speaks_of(placed(line.draft, columns), own)
    return [key for key in (*LONGEST, *BY_KEY, *own) if key in said]


def preview(
    vault: Opened, lines: Sequence[Line], plan: Plan, own: Mapping[str, Field], today: date, columns: Mapping[str, str]
) -> dict[int, Moves]:
    """By line, what it would change in whom the book has already; nothing is changed."""
    wanted = [line for line in lines if line.known is not None]
    if plan.policy == Policy.SKIP or not wanted:
        return {}
    contacts = scope(vault.who, Contact).filter(pk__in=[one.known for one in wanted], trashed_at=None).in_bulk()
    found = {}
    for line in wanted:
        contact = contacts.get(line.known)
        with_places = replace(line, draft=placed(line.draft, columns))
        read = _read(vault, contact) if contact is not None else None
        if contact is not None and read is not None:
            found[line.line] = _moves(contact, read[0], with_places.draft, plan, own, today)
    return {line: moves for line, moves in found.items() if moves}


class _Desk:
    """What the rows of a slice become: new contacts, changed ones, and what those said before."""

    def __init__(
        self,
        vault: Opened,
        intake: Intake,
        own: Mapping[str, Field],
        at: datetime,
        today: date,
        known: dict[UUID, Contact],
    ) -> None:
        self.vault, self.intake, self.own, self.at, self.today, self.known = vault, intake, own, at, today, known
        self.plan = Plan(intake.policy, tuple(intake.chosen))
        self.made: list[Contact] = []
        self.changed: dict[UUID, Contact] = {}
        self.pasts: list[Past] = []

    def outcome(self, line: Line) -> str:
        """What has become of a row."""
        if line.verdict == CREATE:
            contact = _contact(self.vault, self.intake, line.draft, self.own, at=self.at, today=self.today)
            self.made += [contact] if contact is not None else []
            return REJECT if contact is None else CREATE
        if line.verdict != SKIP or line.known is None or self.plan.policy == Policy.SKIP:
            return line.verdict
        contact = self.known.get(line.known)
        if contact is None:
            return HELD
        if contact.pk in self.changed:
            # Another row of this slice was about the same contact; the first one counts.
            return SKIP
        read = _read(self.vault, contact)
        moves = _moves(contact, read[0], line.draft, self.plan, self.own, self.today) if read is not None else {}
        if read is None or not moves:
            return SKIP
        earlier.write_into(self.vault, contact, *read, moves, self.at)
        self.changed[contact.pk] = contact
        self.pasts.append(earlier.past_of(self.vault, contact, moves, self.at, self.intake))
        return FILL if self.plan.policy == Policy.FILL else UPDATE


def _moves(
    contact: Contact, record: Mapping[str, str], draft: Draft, plan: Plan, own: Mapping[str, Field], today: date
) -> Moves:
    """What a row changes in somebody whom the book has: empty fields are filled, or the chosen ones written over. What
    the row leaves empty stays as it is."""
    said, told = said_of(draft, today=today, own=own)
    before = earlier.spoken(contact, record)
    if plan.policy == Policy.FILL:
        wanted = {"email": said["email"], "phone": said["phone"], **told}
        wanted = {key: value for key, value in wanted.items() if not before.get(key)}
    else:
        wanted = {key: value for key, value in {**said, **told}.items() if key in plan.chosen}
    known = {**BY_KEY, **own}
    fits = {key: value for key, value in wanted.items() if key not in known or known[key].is_of(contact.kind)}
    return earlier.written_over(contact, before, {key: value for key, value in fits.items() if value})


def _contacts(vault: Opened, lines: Collection[Line], at: datetime) -> dict[UUID, Contact]:
    """Whom the rows are about, held for a change; without those whom somebody is editing."""
    keys = {line.known for line in lines if line.known is not None}
    rows = scope(vault.who, Contact).filter(pk__in=keys, trashed_at=None)
    rows = rows.exclude(pk__in=locks.held_by_others(vault=vault, at=at))
    return {one.pk: one for one in rows.order_by("pk").select_for_update(of=("self",))}


def _read(vault: Opened, contact: Contact) -> tuple[dict[str, str], list[tuple[str, str]]] | None:
    try:
        return parted(contact.text(vault, RECORD))
    except Unopened:
        return None


def _put_back(vault: Opened, past: Past, contact: Contact | None, at: datetime) -> Past | None:
    try:
        return None if contact is None else earlier.put_back(vault, contact, earlier.moves_of(vault, past), at)
    except Unopened:
        return None


def _sliced(vault: Opened, intake: Intake, begin: int, end: int) -> list[Line]:
    columns = places(vault, about(vault, intake)["unknown"])
    lines = judged(vault, lines_of(vault, intake, begin, end))
    return [replace(line, draft=placed(line.draft, columns)) for line in lines]


def _pasts(vault: Opened, intake: Intake) -> "QuerySet[Past]":
    return scope(vault.who, Past).filter(intake=intake, undone_at=None)


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


def _held(vault: Opened, intake: Intake, *states: str) -> Intake:
    """The file, held until the end of the request: one of two clicks is first, and the other goes on from there."""
    row = scope(vault.who, Intake).filter(pk=intake.pk, state__in=states).select_for_update(of=("self",)).first()
    if row is None:
        raise ContactProblem(_("This file was taken or thrown away already."))
    return row
