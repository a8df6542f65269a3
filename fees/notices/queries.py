"""Reading notices, and what a practice has chosen or usually gets."""

from django.db.models import OuterRef, QuerySet, Subquery

from accounts.ground.access.context import Who
from accounts.ground.access.scope import scope
from accounts.ground.runs.queries import sealed_day
from accounts.ground.tree.models import Practice
from fees.notices.models import Mode, Notice, NoticeSetting


def notices(who: Who) -> "QuerySet[Notice]":
    """Every notice this person may see, of sealed days; newest first."""
    sealed = sealed_day()
    rows = scope(who, Notice, "report").select_related("account")
    rows = rows.none() if sealed is None else rows.filter(day__lte=sealed)
    return rows.order_by("-day", "account__sort_key", "pk")


def mode_of(who: Who) -> str:
    """What holds for the person's own practice: chosen, or by default on for registered advisors alone."""
    chosen = scope(who, NoticeSetting).filter(practice_id=OuterRef("pk")).values("mode")
    rows = scope(who, Practice).filter(pk=who.practice_id).annotate(chosen=Subquery(chosen))
    mode, is_registered = rows.values_list("chosen", "is_registered").first() or (None, False)
    return mode or (Mode.BOTH.value if is_registered else Mode.NONE.value)
