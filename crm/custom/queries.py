"""Reading a practice's own fields, opened for this request."""

from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from accounts.ground.access.scope import scope
from crm.contacts.fields import Field
from crm.custom.models import CustomField, Form
from crm.vault.engine.encoding import Unopened
from crm.vault.sealed import Opened, folded

PART = "own"
YES_NO = {"yes": _("Yes"), "no": _("No")}


@dataclass(frozen=True)
class Own:
    """A field with its texts."""

    row: CustomField
    label: str
    choices: tuple[str, ...]
    default: str

    @property
    def pk(self) -> UUID:
        """The field's key."""
        return self.row.pk

    @property
    def choice_lines(self) -> str:
        """The choices as they are written, one a line."""
        return "\n".join(self.choices)

    @property
    def field(self) -> Field:
        """As the fields that every practice has."""
        choices = YES_NO if self.row.form == Form.YES_NO else {one: one for one in self.choices}
        form = "choice" if self.row.form in (Form.CHOICE, Form.YES_NO) else self.row.form
        return Field(self.row.key, self.label, PART, form, choices)


def own(vault: Opened, *, is_removed: bool | None = False) -> list[Own]:
    """The practice's own fields in their order; None for `is_removed` gives all."""
    rows = scope(vault.who, CustomField).order_by("position", "created_at", "pk")
    rows = rows if is_removed is None else rows.filter(removed_at__isnull=not is_removed)
    return [read(vault, row) for row in rows]


def fields(vault: Opened, *, with_removed: bool = False) -> list[Field]:
    """The same as the form and the record want them."""
    return [one.field for one in own(vault, is_removed=None if with_removed else False)]


def by_label(vault: Opened) -> dict[str, str]:
    """The keys of the fields by their folded names, so that a column of that name finds its place."""
    return {folded(one.label): one.row.key for one in own(vault)}


def read(vault: Opened, row: CustomField) -> Own:
    """One field with its texts; a dash where they were changed from outside."""
    try:
        texts = row.texts(vault)
    except Unopened:
        texts = {"label": "—", "choices": "", "default": ""}
    return Own(row, texts["label"], tuple(texts["choices"].splitlines()), texts["default"])


def one(vault: Opened, pk: UUID) -> CustomField | None:
    """One field, removed or not."""
    return scope(vault.who, CustomField).filter(pk=pk).first()
