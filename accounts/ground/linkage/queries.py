"""Links as a person may see them: what one has asked, what one is asked, and who is leaving."""

from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.http import Http404

from accounts.ground.access.context import Who, cursor
from accounts.ground.access.scope import scope
from accounts.ground.linkage.models import AskedLinkage, Linkage, LinkState


@dataclass(frozen=True)
class Master:
    """An advisor's master account, as much as who names it must know."""

    firm_id: int
    practice_id: int
    account_id: int
    kind: str


def named_master(number: str, title: str) -> Master | None:
    """The open advisor with this id and this title; both must be right, so that neither can be found by trying."""
    with cursor() as cur:
        cur.execute("SELECT * FROM app_named_master(%s, %s)", [number.strip().upper()[:12], title.strip()[:200]])
        row = cur.fetchone()
    return Master(*row) if row else None


def asked_by(who: Who) -> "QuerySet[Linkage]":
    """Links of accounts one sees: one's own wishes, and who is leaving once another advisor has accepted."""
    return scope(who, Linkage).filter(~Q(state=LinkState.ASKED) | Q(asked_by=who.user_id)).order_by("-asked_at")


def asked_of(who: Who) -> "QuerySet[AskedLinkage]":
    """Links that one's own practice is asked for."""
    if not who.is_advisor or who.is_narrowed:
        return AskedLinkage.unscoped.none()
    return scope(who, AskedLinkage).filter(to_practice_id=who.practice_id).order_by("-asked_at")


def asked_link(who: Who, pk: object) -> AskedLinkage:
    """One link that one's own practice is asked for; anything else is no page."""
    found = asked_of(who).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def own_link(who: Who, pk: object) -> Linkage:
    """One link that this very person has asked for."""
    found = scope(who, Linkage).filter(pk=pk, asked_by=who.user_id).first()
    if found is None:
        raise Http404
    return found
