"""Reading documents: the list with its folders, tags and search, one with its editions, and those of one contact."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import QuerySet

from accounts.ground.access.context import Who
from accounts.ground.access.scope import scope
from crm.documents.models import Document, Edition
from crm.documents.rules import Label
from crm.vault.engine.encoding import Unopened
from crm.vault.sealed import Opened, folded

ORDER = ("-changed_at", "-pk")
FOUND = 200


@dataclass(frozen=True)
class Filters:
    """What the address of the list asks for; unknown values are left out."""

    text: str = ""
    folder: str = ""
    tag: str = ""
    contact: UUID | None = None
    in_trash: bool = False

    @classmethod
    def of(cls, query: Mapping[str, str]) -> "Filters":
        """Read from the query of an address."""
        try:
            contact = UUID(query.get("contact", ""))
        except ValueError:
            contact = None
        said = {name: query.get(name, "").strip()[:200] for name in ("folder", "tag")}
        return cls(query.get("q", "").strip()[:200], contact=contact, in_trash=query.get("trash") == "1", **said)

    @property
    def looks_inside(self) -> bool:
        """Whether every label has to be opened: no index knows what they say."""
        return bool(self.text or self.folder or self.tag)


@dataclass(frozen=True)
class Read:
    """A document as it is shown; without a label when what is stored was changed from outside."""

    document: Document
    label: Label | None = None


@dataclass
class Found:
    """Documents that match, and what they are filed under."""

    reads: list[Read] = field(default_factory=list)
    folders: Counter[str] = field(default_factory=Counter)
    tags: Counter[str] = field(default_factory=Counter)
    is_cut: bool = False


def rows(who: Who, filters: Filters) -> "QuerySet[Document]":
    """The documents that the clear filters let through."""
    found = scope(who, Document).filter(trashed_at__isnull=not filters.in_trash)
    found = found.filter(contact_id=filters.contact) if filters.contact else found
    return found.select_related("contact__party", "uploader")


def latest(who: Who, most: int, contact: UUID | None = None) -> "QuerySet[Document]":
    """The newest, of the practice or about one contact."""
    return rows(who, Filters(contact=contact)).order_by(*ORDER)[:most]


def one(who: Who, pk: UUID, *, in_trash: bool | None = False) -> Document | None:
    """One document of the practice."""
    found = scope(who, Document).filter(pk=pk).select_related("contact__party", "uploader")
    found = found if in_trash is None else found.filter(trashed_at__isnull=not in_trash)
    return found.first()


def read(vault: Opened, row: Document) -> Read:
    """The label."""
    try:
        return Read(row, Label.read(row.text(vault, "label")))
    except (Unopened, ValueError, TypeError):
        return Read(row)


def look_through(vault: Opened, found: "QuerySet[Document]", filters: Filters) -> Found:
    """Every label, opened one by one and kept nowhere: what matches, and the folders and tags there are."""
    shown, words = Found(), folded(filters.text).split()
    for row in found.order_by(*ORDER).iterator():
        one = read(vault, row)
        if one.label is None:
            continue
        if one.label.folder:
            shown.folders[one.label.folder] += 1
        shown.tags.update(one.label.tags)
        whole = folded("\n".join((one.label.name, one.label.folder, *one.label.tags)))
        is_there = not filters.folder or f"{one.label.folder}/".startswith(f"{filters.folder}/")
        is_tagged = not filters.tag or filters.tag in one.label.tags
        if is_there and is_tagged and all(word in whole for word in words):
            shown.is_cut = len(shown.reads) == FOUND
            if not shown.is_cut:
                shown.reads.append(one)
    return shown


def editions(vault: Opened, document: Document) -> list[tuple[Edition, Label | None]]:
    """Every edition with its label, newest first."""
    found = scope(vault.who, Edition).filter(document=document).select_related("file", "uploader")
    return [(one, label_of(vault, one)) for one in found.order_by("-number")]


def edition(who: Who, document: Document, number: int) -> Edition | None:
    """One edition."""
    return scope(who, Edition).filter(document=document, number=number).select_related("file").first()


def label_of(vault: Opened, row: Edition) -> Label | None:
    """What an edition is; None when what is stored was changed from outside."""
    try:
        return Label.read(row.text(vault, "label"))
    except (Unopened, ValueError, TypeError):
        return None
