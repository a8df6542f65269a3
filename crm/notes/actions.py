"""Writing, changing and throwing away notes, with the keys of an unlocked vault."""

from datetime import datetime

from django.utils.translation import gettext as _

from accounts.ground.access.scope import NotAllowed, scope
from accounts.ground.tree.models import Account
from crm.contacts.models import Contact
from crm.notes.models import Note
from crm.vault.sealed import Opened

LONGEST_TITLE = 200
LONGEST_BODY = 20_000


class NoteProblem(ValueError):
    """A sentence a person can read: why there is no such note."""


class NoteChanged(Exception):
    """Somebody else has changed the note since it was read."""

    def __init__(self) -> None:
        super().__init__(_("This note was changed meanwhile. Your text is below; keeping it replaces the other."))


def write(
    *,
    vault: Opened,
    account: Account | None = None,
    contact: Contact | None = None,
    title: str,
    body: str,
    at: datetime,
) -> Note:
    """A note about an account of one's own practice, or about a contact of its book."""
    if account is not None:
        check_own(vault, account)
    note = Note(
        firm_id=vault.who.firm_id,
        practice_id=vault.who.practice_id,
        account=account,
        contact=contact,
        author_id=vault.who.user_id,
        created_at=at,
        changed_at=at,
    )
    note.put(vault, **_checked(title, body))
    note.save(force_insert=True)
    return note


def change(*, vault: Opened, note: Note, version: int, title: str, body: str, at: datetime) -> Note:
    """Another title and text, sealed as the next version; `version` is the one that was read. Raises `NoteChanged`."""
    texts, before = _checked(title, body), note.version
    if version != before:
        raise NoteChanged
    note.put(vault, **texts)
    note.changed_at = at
    columns = {name: getattr(note, name) for name in ("version", "title_sealed", "body_sealed", "changed_at")}
    if not scope(vault.who, Note).filter(pk=note.pk, version=before).update(**columns):
        raise NoteChanged
    return note


def throw_away(*, note: Note, at: datetime) -> None:
    """Into the trash, from where it can be taken back."""
    note.trashed_at = at
    note.save(update_fields=["trashed_at"])


def take_back(*, note: Note) -> None:
    """Out of the trash."""
    note.trashed_at = None
    note.save(update_fields=["trashed_at"])


def pin(*, note: Note, is_pinned: bool, at: datetime) -> None:
    """Before all others on the agenda, until it is let go."""
    note.pinned_at = (note.pinned_at or at) if is_pinned else None
    note.save(update_fields=["pinned_at"])


def check_own(vault: Opened, account: Account) -> None:
    """Notes are about one's own clients: a level above sees another practice's accounts and keeps no notes on them."""
    if account.practice_id != vault.who.practice_id:
        raise NotAllowed("view", _("Notes are kept by the advisor who manages the account."))


def _checked(title: str, body: str) -> dict[str, str]:
    title, body = title.strip(), body.strip()
    if not title and not body:
        raise NoteProblem(_("Write something first."))
    if len(title) > LONGEST_TITLE or len(body) > LONGEST_BODY:
        raise NoteProblem(_("A title has at most 200 characters, and a note 20,000."))
    return {"title": title, "body": body}
