"""Keeping queries of client data under a name, renaming, sharing and forgetting them."""

from datetime import datetime

from accounts.ground.access.context import Who
from portal.lib.words import gettext_noop
from portal.tools.inquiries.criteria import Criteria
from portal.tools.inquiries.models import SavedQuery
from portal.tools.inquiries.queries import MOST_KEPT

LONGEST_NAME, LONGEST_QUERY = 60, 1000


class QueryProblem(ValueError):
    """Why a query is not kept; `msgid` is the message."""

    def __init__(self, msgid: str) -> None:
        super().__init__(msgid)
        self.msgid = msgid


def keep(*, who: Who, name: str, asked: Criteria, shared: bool, at: datetime) -> SavedQuery:
    """Keep a query under a name; what one's own query of that name asked before is replaced."""
    name = _named(name)
    if asked.problems or len(asked.query) > LONGEST_QUERY:
        raise QueryProblem(gettext_noop("Put the query right before you keep it."))
    mine = SavedQuery.unscoped.filter(user_id=who.user_id, seat_id=who.seat_id)
    if not mine.filter(name=name).exists() and mine.count() >= MOST_KEPT:
        raise QueryProblem(gettext_noop("There are a hundred queries already."))
    return SavedQuery.unscoped.update_or_create(
        user_id=who.user_id,
        seat_id=who.seat_id,
        name=name,
        defaults={
            "firm_id": who.firm_id,
            "practice_id": who.practice_id,
            "kind": asked.kind.value,
            "criteria": asked.query,
            "is_shared": shared and who.is_advisor and who.practice_id is not None,
            "saved_at": at,
        },
    )[0]


def rename(*, who: Who, query: SavedQuery, name: str, at: datetime) -> None:
    """Another name for a query of one's own."""
    name = _named(name)
    mine = SavedQuery.unscoped.filter(user_id=who.user_id, seat_id=who.seat_id)
    if mine.filter(name=name).exclude(pk=query.pk).exists():
        raise QueryProblem(gettext_noop("You have a query of that name."))
    mine.filter(pk=query.pk).update(name=name, saved_at=at)


def forget(*, who: Who, query: SavedQuery) -> None:
    """Remove a query of one's own."""
    SavedQuery.unscoped.filter(pk=query.pk, user_id=who.user_id, seat_id=who.seat_id).delete()


def _named(name: str) -> str:
    name = " ".join(name.split())[:LONGEST_NAME]
    if not name:
        raise QueryProblem(gettext_noop("Give it a name."))
    return name
