"""What people have chosen to be told, and who wants a mail."""

from collections.abc import Iterable

from django.db.models import Exists, OuterRef, QuerySet

from accounts.ground.access.context import Who
from portal.news.models import ByMail, NewsChoice, NewsKind
from portal.news.rules import Wish, usual


def own(who: Who) -> "QuerySet[NewsChoice]":
    """One's own choices, in the seat one works from."""
    return NewsChoice.unscoped.filter(firm_id=who.firm_id, user_id=who.user_id, seat_id=who.seat_id)


def wishes(who: Who) -> dict[str, Wish]:
    """How each kind is told to a person."""
    chosen = {one.kind: Wish(one.is_counted, one.by_mail) for one in own(who)}
    return {kind: chosen.get(kind, usual(kind)) for kind in NewsKind.values}


def uncounted(who: Who) -> Exists:
    """Whether the bell leaves a notification's kind out of its number for a person."""
    return Exists(own(who).filter(kind=OuterRef("kind"), is_counted=False))


def wanting(kind: str, users: Iterable[int], firm_id: int | None) -> set[int]:
    """Those of some users who have not said that they want no mail of a kind."""
    asked = set(users)
    refused = NewsChoice.unscoped.filter(firm_id=firm_id, user_id__in=asked, kind=kind, by_mail=ByMail.NO)
    return asked - set(refused.values_list("user_id", flat=True))
