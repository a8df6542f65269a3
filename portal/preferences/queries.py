"""What a person prefers."""

from typing import Any

from django.http import HttpRequest
from django.http.request import QueryDict

from accounts.ground.access.context import Who
from accounts.ground.amounts import BY_LANGUAGE, SEPARATORS
from accounts.ground.dates import FORMS, USUAL
from accounts.ground.writing import Forms
from portal.preferences.models import Preference, SavedView

# Never part of a saved view: where in the list one was.
PLACE = ("after", "before", "filter")


def chosen_forms(user_id: int) -> Forms:
    """What the person has chosen; what is not known is the usual."""
    found = Preference.unscoped.filter(user_id=user_id).values_list("dates", "numbers").first()
    dates, numbers = found or Forms()
    return Forms(dates if dates in FORMS else USUAL, numbers if numbers in SEPARATORS else BY_LANGUAGE)


def forms_of(request: HttpRequest) -> Forms:
    """The same, asked of the database once a session. A token has none to keep it in."""
    if getattr(request.seat, "token_id", None) is not None:  # type: ignore[attr-defined]
        return Forms()
    if "forms" not in request.session:
        request.session["forms"] = chosen_forms(request.user.pk)  # type: ignore[arg-type]
    return Forms(*request.session["forms"])


def layout_of(user_id: int) -> dict[str, Any]:
    """Cards and columns as the person has put them; empty where nothing was changed."""
    return Preference.unscoped.filter(user_id=user_id).values_list("layout", flat=True).first() or {}


def remembered(request: HttpRequest, part: str) -> Any:
    """One part of the layout, None where nothing was changed; asked of the database once a session, and each time while
    one looks as another user, whose layout is not one's own."""
    who = request.seat  # type: ignore[attr-defined]
    if who.behind is not None:
        return layout_of(who.user_id).get(part)
    if part not in request.session:
        request.session[part] = layout_of(who.user_id).get(part)
    return request.session[part]


def views_of(who: Who, name: str) -> list[SavedView]:
    """The views a person has saved of one list, by name."""
    return list(SavedView.unscoped.filter(user_id=who.user_id, seat_id=who.seat_id, list=name).order_by("name"))


def saved_query(query: QueryDict) -> str:
    """The part of an address that a view keeps."""
    kept = query.copy()
    for gone in PLACE:
        kept.pop(gone, None)
    return kept.urlencode()
