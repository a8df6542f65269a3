"""Remembering what a person prefers."""

from typing import Any

from accounts.ground.access.context import Who
from accounts.ground.people.models import User
from portal.preferences.models import Preference, SavedView

MOST_VIEWS = 30


def choose_zone(*, user_id: int, zone: str) -> None:
    """In which zone times are shown from now on; days of the exchange stay the exchange's."""
    User.objects.filter(pk=user_id).update(timezone=zone)


def choose_language(*, user_id: int, language: str) -> None:
    """In which language the portal speaks from now on."""
    User.objects.filter(pk=user_id).update(language=language)


def choose_form(*, user_id: int, of: str, form: str) -> None:
    """How `of`, the dates or the numbers, are written from now on."""
    Preference.unscoped.update_or_create(user_id=user_id, defaults={of: form})


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
