"""Keeping documents, naming and replacing them, throwing them away and taking them back, with an unlocked vault."""

from datetime import datetime
from typing import BinaryIO

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.ground.access.scope import scope
from crm.contacts.models import Contact
from crm.documents.models import Document, Edition
from crm.documents.rules import DocumentProblem, Label, folder_of, judged, renamed, tags_of
from crm.documents.scanning import scanner
from crm.vault import files
from crm.vault.models import SealedFile
from crm.vault.sealed import Opened
from crm.vault.stores import StoreFailed
from portal.lib.filekinds import pieces_of


class DocumentChanged(Exception):
    """Somebody else has changed the document since it was read."""


def keep(
    *,
    vault: Opened,
    name: str,
    file: BinaryIO,
    at: datetime,
    contact: Contact | None = None,
    folder: str = "",
    tags: str = "",
) -> Document:
    """A new document. Raises DocumentProblem in one line, and then nothing was stored."""
    label, scan, row = _stored(vault, name, file, at, folder_of(folder), tags_of(tags))
    document = Document(
        firm_id=vault.who.firm_id,
        practice_id=vault.who.practice_id,
        contact=contact,
        uploader_id=vault.who.user_id,
        created_at=at,
        changed_at=at,
    )
    document.put(vault, label=label.written())
    document.save(force_insert=True)
    _edition(vault, document, label, scan, row, at)
    return document


def replace(*, vault: Opened, document: Document, name: str, file: BinaryIO, at: datetime) -> Edition:
    """A newer edition; older ones stay. Raises DocumentProblem, DocumentChanged and Unopened."""
    known = Label.read(document.text(vault, "label"))
    label, scan, row = _stored(vault, name, file, at, known.folder, known.tags)
    document.editions += 1
    _relabelled(vault, document, document.version, label, at)
    return _edition(vault, document, label, scan, row, at)


def rename(*, vault: Opened, document: Document, version: int, name: str, folder: str, tags: str, at: datetime) -> None:
    """Another name, folder and tags, if nobody has changed it since. Raises DocumentProblem, DocumentChanged."""
    label = renamed(Label.read(document.text(vault, "label")), name=name, folder=folder, tags=tags)
    _relabelled(vault, document, version, label, at)


def throw_away(*, document: Document, is_confirmed: bool, at: datetime) -> None:
    """Into the trash for thirty days, once it was confirmed. Raises DocumentProblem."""
    if not is_confirmed:
        raise DocumentProblem(_("Confirm that the document shall go to the trash."))
    document.trashed_at = at
    document.save(update_fields=["trashed_at"])


def take_back(*, vault: Opened, document: Document) -> bool:
    """Out of the trash; False where its time was over at that moment."""
    return bool(scope(vault.who, Document).filter(pk=document.pk).update(trashed_at=None))


def _stored(
    vault: Opened, name: str, file: BinaryIO, at: datetime, folder: str, tags: list[str]
) -> tuple[Label, str, SealedFile]:
    """Judge, scan and only then seal into the store; each reads some of it at a time."""
    plain, kind, size = judged(name, file, most=settings.DOCUMENT_BYTES)
    scan = scanner().look(file)
    try:
        row = files.keep(vault=vault, blocks=pieces_of(file), at=at)
    except StoreFailed:
        raise DocumentProblem(_("The place of the files does not answer; nothing was kept. Try again later.")) from None
    return Label(plain, kind, size, folder, tags), scan, row


def _edition(vault: Opened, document: Document, label: Label, scan: str, file: SealedFile, at: datetime) -> Edition:
    edition = Edition(
        firm_id=vault.who.firm_id,
        practice_id=vault.who.practice_id,
        document=document,
        number=document.editions,
        file=file,
        uploader_id=vault.who.user_id,
        scan=scan,
        uploaded_at=at,
    )
    edition.put(vault, label=label.written())
    edition.save(force_insert=True)
    return edition


def _relabelled(vault: Opened, document: Document, version: int, label: Label, at: datetime) -> None:
    before = document.version
    if version != before:
        raise DocumentChanged
    document.put(vault, label=label.written())
    document.changed_at = at
    columns = {name: getattr(document, name) for name in ("editions", "version", "label_sealed", "changed_at")}
    if not scope(vault.who, Document).filter(pk=document.pk, version=before, trashed_at=None).update(**columns):
        raise DocumentChanged
