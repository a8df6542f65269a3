"""Recurring instructions as a person may read them, and what one may choose for a new one."""

from typing import Any
from uuid import UUID

from django.db.models import F, QuerySet
from django.http import Http404

from accounts.broker.recurring.models import RecurringInstruction, RecurringTurn, State
from accounts.ground.access.context import Who
from accounts.ground.access.scope import scope


def instructions_of(who: Who) -> "QuerySet[RecurringInstruction]":
    """Every one that a person may read, those that go on first."""
    rows = scope(who, RecurringInstruction).select_related("account", "counter", "bank")
    return rows.order_by(F("ended_at").desc(nulls_first=True), "account__number", "name", "pk")


def living(who: Who) -> "QuerySet[RecurringInstruction]":
    """Those that have not ended."""
    return instructions_of(who).exclude(state=State.ENDED)


def instruction_for(who: Who, pk: UUID) -> RecurringInstruction:
    """One of them; hidden and missing answer alike."""
    found: Any = instructions_of(who).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def turns_of(who: Who, found: RecurringInstruction) -> "QuerySet[RecurringTurn]":
    """What became of each time, the latest first."""
    return scope(who, RecurringTurn).filter(instruction=found).select_related("request").order_by("-due_on")


def may_end(who: Who, found: RecurringInstruction) -> bool:
    """Whether this person may pause or end it: the owner any, an advisor what an advisor has set up."""
    return who.behind is None and (who.is_owner or found.is_by_advisor) and found.state != State.ENDED
