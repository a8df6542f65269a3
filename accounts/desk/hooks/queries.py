"""Webhooks of one's own practice, and how their deliveries went."""

from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404

from accounts.desk.hooks.models import Hook, HookDelivery
from accounts.ground.access.context import Who
from accounts.ground.access.scope import scope


def keeper(who: Who | None) -> Who:
    """The seat of an advisor who works with all accounts of a practice; for everybody else there are no webhooks."""
    if who is None or not who.is_advisor or who.is_narrowed or who.practice_id is None:
        raise Http404
    return who


def hooks(who: Who) -> "QuerySet[Hook]":
    """The practice's own, also where the firm above asks: whose programs listen is nobody else's business."""
    rows = scope(keeper(who), Hook).filter(practice_id=who.practice_id, removed_at=None)
    return rows.order_by("made_at", "pk")


def hook_of(who: Who, pk: UUID) -> Hook:
    """One of them."""
    found = hooks(who).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def deliveries(hook: Hook, who: Who) -> "QuerySet[HookDelivery]":
    """What was sent to an address."""
    return scope(who, HookDelivery).filter(hook_id=hook.pk)
