"""Reading notes: those of one account, opened for this request."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from accounts.ground.access.scope import scope
from accounts.ground.tree.models import Account
from crm.notes.models import Note
from crm.vault.engine.encoding import Unopened
from crm.vault.sealed import Opened, look_through

PAGE = 30


@dataclass(frozen=True)
class Read:
    """A note as it is shown; `is_damaged` when what is stored was changed from outside."""

    note: Note
    title: str = ""
    body: str = ""
    is_damaged: bool = False


def of_account(vault: Opened, account: Account, *, in_trash: bool = False) -> "QuerySet[Note]":
    """The rows, newest first."""
    return of_accounts(vault, [account.pk], in_trash=in_trash)


def of_accounts(vault: Opened, accounts: Collection[int], *, in_trash: bool = False) -> "QuerySet[Note]":
    """The rows of several accounts together, newest first."""
    rows = scope(vault.who, Note).filter(account_id__in=accounts, trashed_at__isnull=not in_trash)
    return rows.select_related("author", "account").order_by("-created_at", "-pk")


def latest(vault: Opened, most: int) -> "QuerySet[Note]":
    """The newest notes of the practice, whatever account they are about."""
    rows = scope(vault.who, Note).filter(trashed_at=None).select_related("author", "account")
    return rows.order_by("-created_at", "-pk")[:most]


def one(vault: Opened, account: Account, pk: UUID) -> Note | None:
    """One note of the account, the trash included."""
    return scope(vault.who, Note).filter(account=account, pk=pk).select_related("author").first()


def read(vault: Opened, note: Note) -> Read:
    """Title and text."""
    try:
        texts = note.texts(vault)
    except Unopened:
        return Read(note, is_damaged=True)
    return Read(note, texts["title"], texts["body"])


def page(vault: Opened, rows: "QuerySet[Note]", before: datetime | None) -> tuple[list[Read], datetime | None]:
    """Some of the notes, and where the next page begins."""
    found = list((rows.filter(created_at__lt=before) if before else rows)[: PAGE + 1])
    after = found[PAGE - 1].created_at if len(found) > PAGE else None
    return [read(vault, note) for note in found[:PAGE]], after


def search(vault: Opened, rows: "QuerySet[Note]", words: str) -> list[Read]:
    """Notes in which all the words stand; each is opened and looked through, and no index knows what they say."""
    return [Read(note, texts["title"], texts["body"]) for note, texts in look_through(vault, rows.iterator(), words)][
        :PAGE
    ]
