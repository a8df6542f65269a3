"""Remembering what a person prefers."""

from typing import Any

from accounts.ground.access.context import Who
from portal.preferences.models import Preference, SavedView

MOST_VIEWS = 30


def choose_dates(*, user_id: int, form: str) -> None:
    """How days are written from now on."""
    Preference.unscoped.update_or_create(user_id=user_id, defaults={"dates": form})


def arrange(*, user_id: int, part: str, order: list[str]) -> None:
    """Remember one part of the layout: the cards of the dashboard, or the columns of a list."""
    found, _is_new = Preference.unscoped.get_or_create(user_id=user_id)
    layout: dict[str, Any] = {**found.layout, part: order}
    Preference.unscoped.filter(user_id=user_id).update(layout=layout)


def save_view(*, who: Who, name: str, of: str, query: str) -> bool:
    """Keep a list's address under a name, replacing what had the name before; False when there are too many."""
    mine = SavedView.unscoped.filter(user_id=who.user_id, seat_id=who.seat_id, list=of)
    if not mine.filter(name=name).exists() and mine.count() >= MOST_VIEWS:
        return False
    SavedView.unscoped.update_or_create(
        user_id=who.user_id, seat_id=who.seat_id, list=of, name=name, defaults={"query": query}
    )
    return True


def forget_view(*, who: Who, name: str, of: str) -> None:
    """Remove a view of one's own."""
    SavedView.unscoped.filter(user_id=who.user_id, seat_id=who.seat_id, list=of, name=name).delete()
