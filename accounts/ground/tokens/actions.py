"""Making and revoking API tokens. The secret leaves this module once, at its making."""

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import models
from django.utils.translation import gettext as _

from accounts.ground.access.abilities import known
from accounts.ground.access.context import Who
from accounts.ground.invitations.actions import hash_of
from accounts.ground.tokens.models import ApiToken

PREFIX = "apt_"
LONGEST = timedelta(days=366)
MOST = 20


class TokenProblem(ValueError):
    """A sentence a person can read: why there is no such token."""


def create(
    *, who: Who, name: str, abilities: Iterable[str], expires_at: datetime, at: datetime
) -> tuple[ApiToken, str]:
    """A token of this seat with some of its user's functions, and its secret, which is shown now and never again."""
    wanted = known(abilities)
    if not name.strip():
        raise TokenProblem(_("Give the token a name."))
    if not wanted:
        raise TokenProblem(_("Choose at least one function."))
    if who.abilities is not None and not wanted <= who.abilities:
        raise TokenProblem(_("A token has no more functions than you have yourself."))
    if not at < expires_at <= at + LONGEST:
        raise TokenProblem(_("A token works for a year at most."))
    if mine(who).filter(revoked_at=None, expires_at__gt=at).count() >= MOST:
        raise TokenProblem(_("You have 20 tokens already; revoke one first."))
    secret = PREFIX + secrets.token_urlsafe(32)
    token = ApiToken.unscoped.create(
        firm_id=who.firm_id,
        user_id=who.user_id,
        seat_id=who.seat_id,
        name=name.strip()[:60],
        abilities=sorted(wanted),
        hint=secret[:8],
        secret_hash=hash_of(secret),
        expires_at=expires_at,
    )
    return token, secret


def revoke(*, token: ApiToken, at: datetime) -> None:
    """The token opens nothing from now on."""
    ApiToken.unscoped.filter(pk=token.pk, revoked_at=None).update(revoked_at=at)


def mine(who: Who) -> "models.QuerySet[ApiToken]":
    """One's own tokens of the seat one works from, newest first."""
    return ApiToken.unscoped.filter(user_id=who.user_id, seat_id=who.seat_id).order_by("-created_at", "pk")
