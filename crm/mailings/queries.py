"""Who a mail would reach and who not, and what became of earlier ones."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.ground.access.context import cursor
from accounts.ground.access.scope import scope
from accounts.ground.people.models import ClientRight
from crm.contacts.exporting import names_of
from crm.contacts.models import Contact
from crm.mailings.models import (
    FAILED,
    LEFT,
    NO_ACCOUNT,
    NO_EMAIL,
    OPTED_OUT,
    STILL_GOING,
    TRASHED,
    UNSURE,
    WAITING,
    Handover,
    Mailing,
)
from crm.mailings.rules import MOST, Letter
from crm.vault.engine.encoding import Unopened
from crm.vault.sealed import Opened

KEPT_FOR = timedelta(days=365)
QUEUED = "queued"
SKIPPED = "skipped"  # whatever the reason
WRITER_LEFT = "writer_left"
OUTCOMES: dict[str, str | Promise] = {
    QUEUED: _("On its way"),
    WAITING: _("Not sent yet"),
    LEFT: _("The message has left"),
    FAILED: _("Could not be delivered"),
    UNSURE: _("It is not known whether it has left"),
    NO_EMAIL: _("Skipped: no e-mail address"),
    OPTED_OUT: _("Skipped: wants no such mail"),
    NO_ACCOUNT: _("Skipped: no account to name"),
    TRASHED: _("Skipped: in the trash"),
    WRITER_LEFT: _("Skipped: whoever wrote it was removed first"),
}


@dataclass(frozen=True)
class Reached:
    """A contact, where the mail goes, what is filled in, and what becomes of it."""

    contact: Contact
    email: str
    values: dict[str, str]
    outcome: str


@dataclass(frozen=True)
class Line:
    """A contact as the report of a mail names it."""

    pk: UUID
    title: str
    email: str
    outcome: str
    turn: int = 1

    @property
    def words(self) -> str:
        """What became of it."""
        return str(OUTCOMES[self.outcome])


@dataclass(frozen=True)
class Counts:
    """How many messages of a mail stand where."""

    waiting: int = 0
    left: int = 0
    failed: int = 0
    unsure: int = 0
    skipped: int = 0


@dataclass(frozen=True)
class Fate:
    """What became of the message to a contact, and the how-manieth it was."""

    outcome: str
    turn: int


@dataclass(frozen=True)
class Read:
    """A mail that was sent, opened for this request."""

    mailing: Mailing
    letter: Letter
    lines: list[Line]
    counts: Counts
    is_damaged: bool = False

    @property
    def parts(self) -> list[tuple[str, int]]:
        """How many stand where, without what there is none of."""
        return _parts(self.counts, self.mailing)


@dataclass(frozen=True)
class Listed:
    """A mail that was sent, as a list shows it."""

    mailing: Mailing
    subject: str
    counts: Counts

    @property
    def parts(self) -> list[tuple[str, int]]:
        """How many stand where, without what there is none of."""
        return _parts(self.counts, self.mailing)


def reached(vault: Opened, contacts: "QuerySet[Contact]", letter: Letter) -> list[Reached]:
    """Each contact with what becomes of the mail to it, in the order of names; one more than a mail may go to."""
    rows = list(contacts.select_related("party").order_by("sort_key", "pk")[: MOST + 1])
    numbers = _numbers(vault, rows) if "account_id" in letter.fields else {}
    return [_reached(one, numbers.get(one.party_id or 0, ""), letter) for one in rows]


def mailings(vault: Opened, at: datetime) -> "QuerySet[Mailing]":
    """The practice's mails of the last year, the newest first."""
    return scope(vault.who, Mailing).filter(at__gte=at - KEPT_FOR).select_related("user").order_by("-at", "pk")


def listed(vault: Opened, rows: Sequence[Mailing]) -> list[Listed]:
    """Mails with their subjects, and how many messages of each have left."""
    counts = counts_of(rows)
    return [Listed(one, _subject(vault, one), counts.get(one.pk, Counts())) for one in rows]


def read(vault: Opened, mailing: Mailing) -> Read:
    """What was written, and what became of it for each."""
    return read_all(vault, [mailing])[0]


def read_all(vault: Opened, rows: Sequence[Mailing]) -> list[Read]:
    """The same of several, asked about in one question."""
    fates = fates_of(rows)
    return [_read(vault, one, fates.get(one.pk, {})) for one in rows]


def letter_of(vault: Opened, mailing: Mailing) -> Letter:
    """What was written, to be sent again or begun with; nothing where it does not open."""
    try:
        texts = mailing.texts(vault)
    except Unopened:
        return Letter("", "")
    return Letter(texts["subject"], texts["body"])


def shown_of(vault: Opened, mailing: Mailing) -> dict[UUID, str]:
    """Whom it was to reach and where, as its writer was shown them; nobody where it does not open."""
    try:
        lines = json.loads(mailing.text(vault, "report"))
    except Unopened:
        return {}
    return {UUID(pk): email for pk, _title, email, outcome in lines if outcome == QUEUED}


def counts_of(rows: Iterable[Mailing]) -> dict[UUID, Counts]:
    """How many messages of each mail wait, have left or were given up."""
    with cursor() as cur:
        cur.execute("SELECT * FROM app_mailing_counts(%s)", [[one.pk for one in rows]])
        return {mailing: Counts(*numbers) for mailing, *numbers in cur.fetchall()}


def fates_of(rows: Iterable[Mailing]) -> dict[UUID, dict[UUID, Fate]]:
    """What became of each message, by mail and contact."""
    found: dict[UUID, dict[UUID, Fate]] = {}
    with cursor() as cur:
        cur.execute("SELECT mailing, contact, turn, fate FROM app_mailing_fates(%s)", [[one.pk for one in rows]])
        for mailing, contact, turn, fate in cur.fetchall():
            found.setdefault(mailing, {})[contact] = Fate(fate, turn)
    return found


def still_going(vault: Opened, mailing: Mailing, at: datetime) -> set[UUID]:
    """The contacts whose message may be with the server at this moment: of those nobody can say yet what became."""
    rows = scope(vault.who, Handover).filter(mailing=mailing, state=UNSURE, tried_at__gt=at - STILL_GOING)
    return set(rows.values_list("contact", flat=True))


def _parts(counts: Counts, mailing: Mailing) -> list[tuple[str, int]]:
    said = [
        (LEFT, counts.left),
        (WAITING if mailing.by_mailbox else QUEUED, counts.waiting),
        (UNSURE, counts.unsure),
        (FAILED, counts.failed),
        (SKIPPED, mailing.skipped + counts.skipped),
    ]
    return [(kind, number) for kind, number in said if number]


def _subject(vault: Opened, mailing: Mailing) -> str:
    try:
        return mailing.text(vault, "subject")
    except Unopened:
        return ""


def _read(vault: Opened, mailing: Mailing, fates: dict[UUID, Fate]) -> Read:
    of = Counter(one.outcome for one in fates.values())
    skipped = sum(of[one] for one in (NO_EMAIL, OPTED_OUT, NO_ACCOUNT, TRASHED, WRITER_LEFT))
    counts = Counts(of[QUEUED] + of[WAITING], of[LEFT], of[FAILED], of[UNSURE], skipped)
    try:
        texts = mailing.texts(vault)
    except Unopened:
        return Read(mailing, Letter("", ""), [], counts, is_damaged=True)
    lines = []
    for pk, title, email, outcome in json.loads(texts["report"]):
        fate = fates.get(UUID(pk), Fate(outcome, 1))
        # Sent again, it went to the address that the contact had by then.
        lines.append(Line(UUID(pk), title, email if fate.turn == 1 else "", fate.outcome, fate.turn))
    return Read(mailing, Letter(texts["subject"], texts["body"]), lines, counts)


def _reached(contact: Contact, number: str, letter: Letter) -> Reached:
    first, last = names_of(contact)
    values = {"first_name": first or last, "last_name": last, "account_id": number}
    email = contact.shown_email
    if contact.mails_off_at is not None:
        outcome = OPTED_OUT
    elif not email:
        outcome = NO_EMAIL
    elif "account_id" in letter.fields and not number:
        outcome = NO_ACCOUNT
    else:
        outcome = QUEUED
    return Reached(contact, email, values, outcome)


def _numbers(vault: Opened, contacts: Sequence[Contact]) -> dict[int, str]:
    """The first account of each client."""
    parties = [one.party_id for one in contacts if one.party_id]
    rights = scope(vault.who, ClientRight).filter(party_id__in=parties, account__moved_on=None)
    rows = rights.order_by("account__sort_key", "account__number").values_list("party_id", "account__number")
    found: dict[int, str] = {}
    for party, number in rows:
        found.setdefault(party, number)
    return found
