"""What people have chosen to be told, and who wants a mail."""

from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext

from django.db.models import Exists, OuterRef, QuerySet

from accounts.ground.access.context import Who, as_role, current_alias, cursor
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
    with _asking():
        refused = NewsChoice.unscoped.filter(firm_id=firm_id, user_id__in=asked, kind=kind, by_mail=ByMail.NO)
        return asked - set(refused.values_list("user_id", flat=True))


def _asking() -> AbstractContextManager[None]:
    """Pages ask within their firm; a job that acts for nobody asks as the night does, or it would find no choice."""
    with cursor() as cur:
        cur.execute("SELECT app_firm() IS NULL")
        acts_for_nobody = cur.fetchone()[0]
    return as_role("night") if acts_for_nobody and current_alias.get() == "default" else nullcontext()
