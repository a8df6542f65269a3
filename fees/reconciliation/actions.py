"""Looking after a difference: somebody takes it, or says what is known about it."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.ground.access.context import current_alias
from fees.reconciliation.models import BreakNote
from fees.reconciliation.rules import Difference

LONGEST = 300


class NoteRefused(ValueError):
    """Why nothing was noted, in words."""


def look_after(*, difference: Difference, owner_id: int | None, note: str, by: int, at: datetime) -> BreakNote:
    """Write down who looks after a difference and what is known; an earlier word stays, below the new one."""
    said = " ".join(note.split())[:LONGEST]
    latest = BreakNote.unscoped.filter(kind=difference.kind, reference=difference.reference).order_by("-pk")
    with transaction.atomic(using=current_alias.get()):
        before = latest.first()
        known = (before.owner_id, before.note) if before else (None, "")
        if (owner_id, said) == known:
            raise NoteRefused(_("That is what is noted already."))
        return BreakNote.unscoped.create(
            firm_id=difference.firm_id,
            kind=difference.kind,
            reference=difference.reference,
            owner_id=owner_id,
            note=said,
            user_id=by,
            at=at,
        )
