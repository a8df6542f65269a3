"""Making and changing a practice's own fields, with the keys of an unlocked vault."""

from datetime import date, datetime

from django.utils.translation import gettext as _

from accounts.ground.access.scope import scope
from crm.contacts import rules
from crm.contacts.rules import ContactProblem
from crm.custom.models import CustomField, Form
from crm.custom.queries import Own, own, read
from crm.vault.sealed import Opened, folded

MOST = 50
LONGEST_LABEL, MOST_CHOICES = 60, 50


def create(
    *, vault: Opened, label: str, form: str, choices: str, default: str, at: datetime, today: date
) -> CustomField:
    """A new field; what it holds stays so for good. Raises ContactProblem."""
    known = own(vault)
    if len(known) >= MOST:
        raise ContactProblem(_("There are 50 own fields already. Remove one that nobody needs."))
    if form not in Form.values:
        raise ContactProblem(_("Choose one of the list."))
    row = CustomField(
        firm_id=vault.who.firm_id,
        practice_id=vault.who.practice_id,
        form=form,
        position=scope(vault.who, CustomField).count() + 1,
        created_at=at,
    )
    row.put(vault, **_checked(vault, row, known, label, choices, default, today))
    row.save(force_insert=True)
    return row


def change(*, vault: Opened, row: CustomField, label: str, choices: str, default: str, today: date) -> None:
    """Another name, more choices, another default. Raises ContactProblem."""
    texts = _checked(vault, row, own(vault), label, choices, default, today)
    gone = set(read(vault, row).choices) - set(texts["choices"].splitlines())
    if gone:
        raise ContactProblem(_("A choice that contacts may have stays; add others beside it."))
    row.put(vault, **texts)
    row.save(update_fields=["version", "label_sealed", "choices_sealed", "default_sealed"])


def remove(*, row: CustomField, at: datetime) -> None:
    """No longer shown or asked for; what contacts say there is kept, and comes back with the field."""
    row.removed_at = at
    row.save(update_fields=["removed_at"])


def take_back(*, vault: Opened, row: CustomField) -> None:
    """Shown and asked for again. Raises ContactProblem."""
    known = own(vault)
    if len(known) >= MOST:
        raise ContactProblem(_("There are 50 own fields already. Remove one that nobody needs."))
    _demand_own_name(row, known, read(vault, row).label)
    row.removed_at = None
    row.save(update_fields=["removed_at"])


def _checked(
    vault: Opened, row: CustomField, known: list[Own], label: str, choices: str, default: str, today: date
) -> dict[str, str]:
    label = " ".join(label.split())
    if not label or len(label) > LONGEST_LABEL:
        raise ContactProblem(_("Give the field a name of at most 60 letters."))
    _demand_own_name(row, known, label)
    lines = list(dict.fromkeys(" ".join(line.split()) for line in choices.splitlines() if line.strip()))
    if row.form != Form.CHOICE:
        lines = []
    elif not 1 <= len(lines) <= MOST_CHOICES or any(len(line) > rules.SHORT for line in lines):
        raise ContactProblem(_("Write the choices, one a line, at most 50."))
    field = Own(row, label, tuple(lines), "").field
    default = default.strip()
    return {
        "label": label,
        "choices": "\n".join(lines),
        "default": rules.read(field, default, today=today) if default else "",
    }


def _demand_own_name(row: CustomField, known: list[Own], label: str) -> None:
    if any(folded(one.label) == folded(label) and one.pk != row.pk for one in known):
        raise ContactProblem(_("There is a field of this name already."))
