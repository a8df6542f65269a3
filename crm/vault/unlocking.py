"""Unlocking the vault in one browser, and locking it. No process keeps a key: all are wrapped under the cookie."""

import base64
import secrets
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import uuid4

from django.conf import settings
from django.views.decorators.debug import sensitive_variables

from accounts.ground.access.context import Who
from accounts.ground.access.scope import scope
from accounts.ground.people.sessions import kept_as
from crm.vault.actions import open_own, usual_cost
from crm.vault.deposits import keep_waiting, takers
from crm.vault.engine import people
from crm.vault.engine.encoding import Unopened
from crm.vault.engine.keys import KEY
from crm.vault.engine.ring import Ring
from crm.vault.engine.sessions import mark_of, unwrap, wrap
from crm.vault.engine.turns import Busy
from crm.vault.epochs import begin_epoch, belonging, held, is_outgrown, open_ring
from crm.vault.models import Member, Unlocked
from crm.vault.pepper import note_use, peppers
from crm.vault.queries import secret_of, unlocked
from crm.vault.rules import damaged
from crm.vault.sealed import Opened

# It locks by itself after so many minutes without doing anything, as somebody chooses, and after hours in any case.
QUIET_MINUTES, USUAL_MINUTES = (5, 15, 30), 15
LONGEST = timedelta(hours=8)
# The row is written at most this often while somebody works.
TOUCH = timedelta(seconds=30)


@sensitive_variables()
def unlock(*, who: Who, password: str, session_key: str, at: datetime, minutes: int = USUAL_MINUTES) -> str:
    """Open the vault for one browser; the cookie's value, which is kept nowhere else."""
    _not_in_a_worker()
    if minutes not in QUIET_MINUTES:
        minutes = USUAL_MINUTES
    member, own, key = open_own(who, password, at)
    keys = open_ring(who, member, own)
    if own.root and who.manages and is_outgrown(who, member.vault):
        keys = _begin_anew(who, member, own, at)
    if own.epoch < keys.newest or _is_dated(member):
        # The password was right: where too many derive at this moment, the next unlocking renews.
        with suppress(Busy):
            _renew(member, replace(own, epoch=keys.newest), key, password, at)
    scope(who, Unlocked).filter(user_id=who.user_id, sign_in=kept_as(session_key)).delete()
    secret = secrets.token_bytes(KEY)
    row = Unlocked(
        id=uuid4(),
        mark=mark_of(secret),
        firm_id=who.firm_id,
        practice_id=who.practice_id,
        vault_id=member.vault_id,
        member=member,
        user_id=who.user_id,
        sign_in=kept_as(session_key),
        created_at=at,
        until=at + LONGEST,
        idle_seconds=minutes * 60,
        used_at=at,
    )
    row.wrapped = wrap(row.stored(), secret, keys)
    row.save(force_insert=True)
    keep_waiting(who, keys, at)
    for taken_in in takers:
        taken_in(Opened(keys, who, row), at)
    return base64.urlsafe_b64encode(secret).decode().rstrip("=")


@sensitive_variables()
def reopen(*, who: Who, cookie: str, session_key: str, at: datetime) -> Opened | None:
    """The keys of this request, if the browser's vault is open; doing something keeps it open."""
    _not_in_a_worker()
    secret = secret_of(cookie)
    row = unlocked(who, mark_of(secret), at) if secret else None
    if secret is None or row is None or row.sign_in != kept_as(session_key):
        return None
    try:
        keys = unwrap(row.stored(), secret)
    except Unopened:
        return None
    if keys.newest != row.newest_epoch:  # type: ignore[attr-defined]
        return None  # an epoch began while this browser unlocked
    if at - row.used_at > TOUCH:
        row.used_at = at
        row.save(update_fields=["used_at"])
    return Opened(keys, who, row)


def lock(*, who: Who) -> int:
    """Lock the vault in every browser of this person; how many there were."""
    return scope(who, Unlocked).filter(user_id=who.user_id).delete()[0]


def _begin_anew(who: Who, member: Member, own: people.Own, at: datetime) -> Ring:
    """Whose seat ended was taken out without anybody's key; the first to come who can begins the next epoch."""
    vault = held(who)
    if vault is not None and is_outgrown(who, vault):
        try:
            begin_epoch(who, vault, own, member, belonging(who, vault, but=None), at)
        except Unopened:
            raise damaged() from None
    return open_ring(who, member, own)


def _not_in_a_worker() -> None:
    """Jobs hold no keys. Their login could not read them either; this says so before anything is asked."""
    if settings.PROCESS == "worker":
        raise RuntimeError("a worker does not open vaults")


def _is_dated(member: Member) -> bool:
    """Whether guessing has become too cheap, or the pepper is one that shall be retired."""
    stored = member.stored()
    return stored.cost.is_below(usual_cost()) or stored.pepper != peppers().newest


def _renew(member: Member, own: people.Own, key: bytes, password: str, at: datetime) -> None:
    """Remember the newest epoch inside the keys, and derive them anew where they are dated."""
    if _is_dated(member):
        note_use(at)
        member.take(people.wrapped(member.stored(), own, password=password, cost=usual_cost(), peppers=peppers()))
        member.save(update_fields=["memory", "passes", "lanes", "salt", "pepper", "blob"])
        return
    member.take(people.rewrapped(member.stored(), own, key))
    member.save(update_fields=["blob"])
