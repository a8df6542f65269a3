"""Reading what was done to several contacts at once."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet

from accounts.ground.access.scope import scope
from crm.changes.models import Change
from crm.vault.sealed import Opened

KEPT_FOR = timedelta(days=30)


@dataclass(frozen=True)
class Shown:
    """A change and whether this person may undo it still."""

    change: Change
    may_undo: bool


def changes(vault: Opened, at: datetime) -> "QuerySet[Change]":
    """Those of the last thirty days, the youngest first; what stood there before is long, and read of one alone."""
    return _kept(vault, at).select_related("user").defer("before_sealed").order_by("-at", "pk")


def one(vault: Opened, pk: UUID, at: datetime) -> Change | None:
    """One of them."""
    return _kept(vault, at).filter(pk=pk).first()


def may_undo(vault: Opened, change: Change) -> bool:
    """Who has done it, or manages the practice's users; once."""
    return change.undone_at is None and (change.user_id == vault.who.user_id or vault.who.manages)


def _kept(vault: Opened, at: datetime) -> "QuerySet[Change]":
    return scope(vault.who, Change).filter(at__gte=at - KEPT_FOR)
