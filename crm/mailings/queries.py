"""Who a mail would reach and who not, and what became of earlier ones."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.ground.access.scope import scope
from accounts.ground.people.models import ClientRight
from crm.contacts.exporting import names_of
from crm.contacts.models import Contact
from crm.mailings.models import Mailing
from crm.mailings.rules import MOST, Letter
from crm.vault.engine.encoding import Unopened
from crm.vault.sealed import Opened

KEPT_FOR = timedelta(days=365)
QUEUED, NO_EMAIL, OPTED_OUT, NO_ACCOUNT = "queued", "no_email", "opted_out", "no_account"
OUTCOMES: dict[str, str | Promise] = {
    QUEUED: _("On its way"),
    NO_EMAIL: _("Skipped: no e-mail address"),
    OPTED_OUT: _("Skipped: wants no such mail"),
    NO_ACCOUNT: _("Skipped: no account to name"),
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

    @property
    def words(self) -> str:
        """What became of it."""
        return str(OUTCOMES[self.outcome])


@dataclass(frozen=True)
class Read:
    """A mail that was sent, opened for this request."""

    mailing: Mailing
    letter: Letter
    lines: list[Line]
    is_damaged: bool = False


def reached(vault: Opened, contacts: "QuerySet[Contact]", letter: Letter) -> list[Reached]:
    """Each contact with what becomes of the mail to it, in the order of names; one more than a mail may go to."""
    rows = list(contacts.select_related("party").order_by("sort_key", "pk")[: MOST + 1])
    numbers = _numbers(vault, rows) if "account_id" in letter.fields else {}
    return [_reached(one, numbers.get(one.party_id or 0, ""), letter) for one in rows]


def mailings(vault: Opened, at: datetime) -> "QuerySet[Mailing]":
    """The practice's mails of the last year, the newest first."""
    return scope(vault.who, Mailing).filter(at__gte=at - KEPT_FOR).select_related("user").order_by("-at", "pk")


def read(vault: Opened, mailing: Mailing) -> Read:
    """What was written, and what became of it for each."""
    try:
        texts = mailing.texts(vault)
    except Unopened:
        return Read(mailing, Letter("", ""), [], is_damaged=True)
    lines = [Line(UUID(pk), title, email, outcome) for pk, title, email, outcome in json.loads(texts["report"])]
    return Read(mailing, Letter(texts["subject"], texts["body"]), lines)


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
