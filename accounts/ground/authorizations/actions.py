"""Asking for approval, approving and rejecting; the last approval carries the act out in the name of who asked.

Another room says which of its acts may need approval with `authorised("kind", words)`, and begins them with
`ask_if_needed`: what it returns waits, and nothing else has happened.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from accounts.ground.access.context import Who, current_alias, cursor, enter
from accounts.ground.access.scope import NotAllowed
from accounts.ground.authorizations.models import (
    OPEN,
    Authorization,
    AuthorizationRule,
    AuthorizationState,
    Authorizer,
    Vote,
)
from accounts.ground.people.models import Seat
from accounts.ground.requests.models import Request, RequestKind, RequestStatus
from accounts.ground.tree.models import Account, Kind
from accounts.ground.users.queries import institution, place

LIFETIME = timedelta(days=30)
ROLES = ("top", "second", "stl")


class AuthorizationProblem(ValueError):
    """A sentence a person can read: why an act cannot be approved or asked for."""


@dataclass(frozen=True)
class Act:
    """A kind of act that may need approval: its words, and how it is carried out once it has it."""

    words: object
    carry_out: Callable[..., None]


ACTS: dict[str, Act] = {}


def authorised(kind: str, words: object) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Register how a kind of act is carried out: `def it(*, who, detail, at)`."""

    def register(carry_out: Callable[..., None]) -> Callable[..., None]:
        ACTS[kind] = Act(words, carry_out)
        return carry_out

    return register


def needed(who: Who, kind: str) -> AuthorizationRule | None:
    """The rule that this act falls under here: of several the one that asks for most approvals."""
    if who.role not in ROLES:
        return None
    rules = AuthorizationRule.unscoped.filter(**institution(who), kinds__contains=[kind])
    return rules.order_by("-approvals", "pk").first()


def ask_if_needed(
    *, who: Who, kind: str, title: str, detail: dict[str, Any], at: datetime, subject: Seat | None = None
) -> Authorization | None:
    """None when the act may be carried out at once; otherwise the request that now waits for its authorizers."""
    rule = needed(who, kind)
    return ask(who=who, rule=rule, kind=kind, title=title, detail=detail, at=at, subject=subject) if rule else None


def ask(
    *,
    who: Who,
    rule: AuthorizationRule | None,
    kind: str,
    title: str,
    detail: dict[str, Any],
    at: datetime,
    subject: Seat | None = None,
) -> Authorization:
    """Put an act before its authorizers; without a rule one other manager must agree.

    Raises AuthorizationProblem when there are too few who could ever approve it.
    """
    count = rule.approvals if rule else 1
    if _able(who, rule, subject) < count:
        raise AuthorizationProblem(_("Too few other users may approve this; ask for more authorizers first."))
    waiting = Authorization.unscoped.create(
        **institution(who),
        rule=rule,
        kind=kind,
        title=title[:200],
        detail=detail,
        requested_by_id=who.seat_id,
        subject=subject,
        needed=count,
        asked_at=at,
        expires_at=at + LIFETIME,
    )
    _put_on_the_list(who, waiting, at)
    return waiting


def _able(who: Who, rule: AuthorizationRule | None, subject: Seat | None) -> int:
    """How many others may approve: authorizers of the rule, or managers where there is none."""
    others = Seat.unscoped.filter(**place(who), is_active=True, user__is_active=True).exclude(pk=who.seat_id)
    if subject is not None:
        others = others.exclude(pk=subject.pk)
    if rule is not None:
        return others.filter(duties__rule=rule).count()
    return others.filter(standing="primary").count() + others.filter(is_security_officer=True).count()


def _put_on_the_list(who: Who, waiting: Authorization, at: datetime) -> None:
    """The pending item has the authorization's own key, by which the policies know who may see it."""
    masters = Account.unscoped.filter(pk=who.account_id)
    if who.account_id is None:
        kinds = (Kind.TOP_MASTER, Kind.SECOND_MASTER)
        masters = Account.unscoped.filter(practice_id=who.practice_id, kind__in=kinds)
    master = masters.values_list("pk", "practice_id").first() or (None, who.practice_id)
    # Plain SQL, because the ORM reads back what it writes, and who asks may not see what waits for others.
    with cursor() as cur:
        cur.execute(
            "INSERT INTO accounts_request (id, firm_id, account_id, practice_id, kind, status, title, detail,"
            " natural_key, day, created_at) VALUES (%s, %s, %s, %s, %s, %s, %s, '{}', %s, %s, %s)",
            [
                *(waiting.pk, who.firm_id, *master, RequestKind.AUTHORIZATION, RequestStatus.AWAITING_ADVISOR),
                *(waiting.title, str(waiting.pk), at.date(), at),
            ],
        )


def approve(*, who: Who, pk: UUID, at: datetime, address: str = "") -> Authorization:
    """One approval; the last one that is needed carries the act out, all in one transaction."""
    with transaction.atomic(using=current_alias.get()):
        waiting = _vote(who, pk, approves=True, reason="", at=at)
        if Vote.unscoped.filter(authorization=waiting, approves=True).count() < waiting.needed:
            waiting.state = AuthorizationState.PARTLY
            waiting.save(update_fields=["state"])
            return waiting
        _finish(waiting, AuthorizationState.APPROVED, at)
        _carry_out(who, waiting, at, address)
        return waiting


def reject(*, who: Who, pk: UUID, at: datetime, reason: str = "") -> Authorization:
    """One rejection is enough; nothing is carried out."""
    with transaction.atomic(using=current_alias.get()):
        waiting = _vote(who, pk, approves=False, reason=reason, at=at)
        _finish(waiting, AuthorizationState.REJECTED, at)
        return waiting


def duties(who: Who) -> Any:
    """What this person may approve or might have approved, by the first wall's own reading."""
    rows = Authorization.unscoped.filter(**institution(who)).exclude(requested_by_id=who.seat_id)
    rows = rows.exclude(subject_id=who.seat_id)
    mine = Authorizer.unscoped.filter(seat_id=who.seat_id).values("rule_id")
    named = rows.filter(rule_id__in=mine)
    return (named | rows.filter(rule=None)) if who.manages else named


def _vote(who: Who, pk: UUID, *, approves: bool, reason: str, at: datetime) -> Authorization:
    """Raises Http404 for what this person may not know of, NotAllowed for one's own request."""
    rows = Authorization.unscoped.filter(**institution(who), pk=pk) if who.role in ROLES else None
    waiting = rows.select_for_update(of=("self",)).first() if rows is not None else None
    if waiting is None:
        raise Http404
    if waiting.requested_by_id == who.seat_id:
        raise NotAllowed("manage_users", _("Nobody approves or rejects what they asked for themselves."))
    if not duties(who).filter(pk=pk).exists():
        if not who.manages:
            raise Http404
        raise NotAllowed("manage_users", _("You are no authorizer of this."))
    if waiting.state not in OPEN or waiting.expires_at <= at:
        raise AuthorizationProblem(_("This does not wait any more."))
    if Vote.unscoped.filter(authorization=waiting, seat_id=who.seat_id).exists():
        raise AuthorizationProblem(_("You have approved this already."))
    Vote.unscoped.create(
        firm_id=who.firm_id, authorization=waiting, seat_id=who.seat_id, approves=approves, reason=reason[:300], at=at
    )
    return waiting


def _finish(waiting: Authorization, state: str, at: datetime) -> None:
    waiting.state, waiting.finished_at = state, at
    waiting.save(update_fields=["state", "finished_at"])
    status = RequestStatus.APPROVED if state == AuthorizationState.APPROVED else RequestStatus.REJECTED
    Request.unscoped.filter(pk=waiting.pk).update(status=status, finished_at=at)


def _carry_out(who: Who, waiting: Authorization, at: datetime, address: str) -> None:
    """In the name, and with the rights, that the one who asked has now; then back to the one who approves."""
    asker = waiting.requested_by
    acting = enter(asker.user_id, seat_id=asker.pk, address=address)
    if acting is None:
        raise AuthorizationProblem(_("Whoever asked for this does not work here any more."))
    try:
        ACTS[waiting.kind].carry_out(who=acting, detail=waiting.detail, at=at)
    finally:
        enter(who.user_id, seat_id=who.seat_id, address=address)
