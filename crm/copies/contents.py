"""What stands in a copy of the client book: tables that can be read anywhere, and every edition of every document."""

import re
from collections.abc import Iterable, Iterator, Sequence

from accounts.ground.access.scope import scope
from crm.calendar import queries as calendar
from crm.calendar.writing_files import as_file
from crm.contacts import queries as contacts
from crm.contacts.exporting import card_of, rows_of
from crm.contacts.models import Contact
from crm.custom.queries import fields
from crm.documents import queries as documents
from crm.documents.models import Document, Edition
from crm.documents.rules import Label
from crm.groups import queries as groups
from crm.mail import keeping
from crm.mail.models import KeptMail
from crm.notes.models import Note
from crm.tasks.models import Task
from crm.vault import files
from crm.vault.engine.encoding import Unopened
from crm.vault.sealed import Opened, SealedRow
from crm.workflows import queries as workflows
from portal.lib import csvtext
from portal.lib.csvtext import Cell
from portal.lib.zipped import File

AT_ONCE = 500
LONGEST_NAME = 120
# What some file system or other takes for something else than a letter of a name.
_UNSAFE = re.compile(r'[\x00-\x1f\x7f-\x9f<>:"/\\|?*\u200e\u200f\u202a-\u202e\u2066-\u2069]')
NOT_OPENED = "(not opened: changed from outside)"


def of_book(vault: Opened) -> Iterator[File]:
    """Everything that its reader may see and that is not in the trash."""
    own = fields(vault)
    yield "contacts.csv", _table(rows_of((contacts.read(vault, one) for one in _contacts(vault)), own))
    yield "contacts.vcf", (card_of(contacts.read(vault, one)).encode() for one in _contacts(vault))
    yield "groups.csv", _table(_groups(vault))
    yield "notes.csv", _table(_notes(vault))
    yield "mails.csv", _table(_mails(vault))
    yield "tasks.csv", _table(_tasks(vault))
    yield "workflows.csv", _table(_workflows(vault))
    yield "calendar.ics", iter([_calendar(vault)])
    yield "documents.csv", _table(_documents(vault))
    yield from _editions(vault)


def _contacts(vault: Opened) -> Iterator[Contact]:
    rows = scope(vault.who, Contact).filter(trashed_at=None).select_related("party", "owner")
    return rows.order_by("created_at", "pk").iterator(AT_ONCE)


def _groups(vault: Opened) -> Iterator[Sequence[Cell]]:
    yield "Group", "Kind", "Search", "Contact", "Contact id"
    for named in groups.groups(vault):
        query = groups.query_of(vault, named.group) if named.group.is_search else ""
        if query:
            yield named.name, "search", query, "", ""
            continue
        for one in groups.members(vault, named.group).iterator(AT_ONCE):
            yield named.name, "list", "", one.title, str(one.pk)


def _notes(vault: Opened) -> Iterator[Sequence[Cell]]:
    yield "Account", "Contact", "Title", "Note", "Author", "Written", "Changed"
    rows = scope(vault.who, Note).filter(trashed_at=None).select_related("account", "contact__party", "author")
    for one in rows.order_by("created_at", "pk").iterator(AT_ONCE):
        texts = _texts(vault, one)
        account = f"{one.account.number} {one.account.title}" if one.account else ""
        contact = one.contact.title if one.contact else ""
        yield account, contact, texts["title"], texts["body"], one.author.username, one.created_at, one.changed_at


def _mails(vault: Opened) -> Iterator[Sequence[Cell]]:
    yield "Contact", "From", "To", "Copy", "Subject", "Mail", "Files", "Written", "Seen by"
    rows = (
        scope(vault.who, KeptMail)
        .filter(trashed_at=None, contact__trashed_at=None)
        .select_related("contact__party", "user")
    )
    for one in rows.order_by("said_at", "pk").iterator(AT_ONCE):
        found = keeping.read(vault, one)
        heads = [found.heads.get(name, "") for name in ("from", "to", "cc")]
        said = (found.subject, NOT_OPENED if found.is_damaged else found.body, found.heads.get("files", ""))
        yield one.contact.title, *heads, *said, one.said_at, one.user.username


def _tasks(vault: Opened) -> Iterator[Sequence[Cell]]:
    yield "Task", "Notes", "About", "Account", "Due", "Priority", "State", "For", "Author", "Written", "Done"
    rows = scope(vault.who, Task).filter(trashed_at=None)
    rows = rows.select_related("contact__party", "account", "assignee", "author")
    for one in rows.order_by("created_at", "pk").iterator(AT_ONCE):
        texts = _texts(vault, one)
        about = one.contact.title if one.contact else ""
        account = one.account.number if one.account else ""
        said = (texts["title"], texts["notes"], about, account, one.due_on, one.get_priority_display())
        yield *said, one.state, one.assignee.username, one.author.username, one.created_at, one.done_at


def _workflows(vault: Opened) -> Iterator[Sequence[Cell]]:
    yield "Workflow", "About", "Owner", "Closed", "Stage", "Title", "Notes", "Due", "Priority", "State", "For", "Done"
    rows = workflows.rows(vault.who, workflows.Filters(workflows.KEPT)).order_by("created_at", "pk")
    for one in rows.iterator(AT_ONCE):
        title, about = _texts(vault, one)["title"], "; ".join(link.contact.title for link in one.about.all())
        for stage in one.stages.all():
            texts = _texts(vault, stage)
            said = (title, about, one.owner.username, one.closed_at, stage.number, texts["title"], texts["notes"])
            yield *said, stage.due_on, stage.get_priority_display(), stage.state, stage.assignee.username, stage.done_at


def _calendar(vault: Opened) -> bytes:
    rows = calendar.rows(vault.who).select_related("series").order_by("begins_at", "pk")
    return as_file([calendar.read(vault, one) for one in rows.iterator(AT_ONCE)], name="Advisor Portal")


def _documents(vault: Opened) -> Iterator[Sequence[Cell]]:
    yield "File", "Document", "Edition", "Folder", "Tags", "About", "Type", "Bytes", "From", "Kept"
    for path, one, label in _labelled(vault):
        about = one.document.contact.title if one.document.contact else ""
        said = (path, str(one.document_id), one.number, label.folder if label else "", _tags(label), about)
        size = label.size if label else None
        yield *said, label.kind if label else NOT_OPENED, size, one.uploader.username, one.uploaded_at


def _editions(vault: Opened) -> Iterator[File]:
    for path, one, _label in _labelled(vault):
        yield path, _content(vault, one)


def _content(vault: Opened, one: Edition) -> Iterator[bytes]:
    yield from files.content(vault=vault, row=one.file)


def _labelled(vault: Opened) -> Iterator[tuple[str, Edition, Label | None]]:
    """Every edition of what is not in the trash, with a path that is its own in any file system."""
    kept = scope(vault.who, Document).filter(trashed_at=None)
    rows = scope(vault.who, Edition).filter(document__in=kept.values("pk"))
    rows = rows.select_related("document__contact__party", "file", "uploader")
    for one in rows.order_by("document__created_at", "document_id", "number").iterator(AT_ONCE):
        label = documents.label_of(vault, one)
        folder = [name for name in (_plain(part) for part in (label.folder if label else "").split("/")) if name]
        name = f"{str(one.document_id)[:8]} {one.number} {_plain(label.name) if label else 'not opened'}"
        yield "/".join(("documents", *folder, name)), one, label


def _plain(name: str) -> str:
    """A name that leads nowhere else and that every system can write."""
    plain = _UNSAFE.sub("_", name).strip(" .")
    stem, dot, ending = plain.rpartition(".")
    if len(plain) <= LONGEST_NAME:
        return plain
    return f"{stem[:LONGEST_NAME]}.{ending}" if dot and len(ending) < 10 else plain[:LONGEST_NAME]


def _tags(label: Label | None) -> str:
    return ", ".join(label.tags) if label else ""


def _texts(vault: Opened, row: SealedRow) -> dict[str, str]:
    try:
        return row.texts(vault)
    except Unopened:
        return dict.fromkeys(row.sealed, NOT_OPENED)


def _table(rows: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
    """Rows as CSV, some at a time."""
    found = iter(rows)
    head = csvtext.write_bytes([next(found)])
    yield head
    some: list[Sequence[Cell]] = []
    for row in found:
        some.append(row)
        if len(some) == AT_ONCE:
            yield csvtext.write(some).encode()
            some = []
    yield csvtext.write(some).encode()
