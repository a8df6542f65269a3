"""Reading vaults: one's own practice's, as the person who asks."""

import base64
import binascii
from dataclasses import dataclass
from datetime import datetime

from django.db.models import OuterRef, QuerySet, Subquery

from accounts.ground.access.context import Who
from accounts.ground.access.scope import scope
from crm.vault.engine.keys import KEY
from crm.vault.engine.pairs import six_words
from crm.vault.engine.people import Own
from crm.vault.engine.sessions import mark_of
from crm.vault.engine.stored import StoredMember
from crm.vault.models import Epoch, Member, MemberState, Unlocked, Vault


@dataclass(frozen=True)
class Standing:
    """How somebody stands to their practice's vault; without a vault, or keys of one's own, the parts are None."""

    vault: Vault | None
    member: Member | None

    @property
    def stage(self) -> str:
        """none, making, waiting or member."""
        return self.member.state if self.member else "none"


def standing(who: Who) -> Standing:
    """Vault and own keys."""
    vault = scope(who, Vault).first()
    return Standing(vault, own_member(who) if vault else None)


def own_member(who: Who) -> Member | None:
    """One's own keys that have not been given up."""
    return scope(who, Member).filter(user_id=who.user_id).exclude(state=MemberState.LEFT).first()


def is_member(who: Who) -> bool:
    """Whether somebody belongs to the vault now."""
    return scope(who, Member).filter(user_id=who.user_id, state=MemberState.MEMBER).exists()


def colleagues(who: Who) -> "QuerySet[Member]":
    """All who have or had a part in the vault, those who are in it first."""
    return scope(who, Member).select_related("user").order_by("left_at", "created_at", "pk")


def unlocked(who: Who, mark: str, at: datetime) -> Unlocked | None:
    """The browser's row while it lasts, with the number of the newest epoch there is."""
    newest = scope(who, Epoch).filter(vault=OuterRef("vault_id")).order_by("-number").values("number")[:1]
    rows = scope(who, Unlocked).filter(mark=mark, user_id=who.user_id)
    row = rows.annotate(newest_epoch=Subquery(newest)).first()
    return row if row is not None and row.idle_until > at else None


def browser_of(who: Who, cookie: str, at: datetime) -> Unlocked | None:
    """The row of an unlocked browser, without opening anything."""
    secret = secret_of(cookie)
    return unlocked(who, mark_of(secret), at) if secret else None


def secret_of(cookie: str) -> bytes | None:
    """What the cookie's value says; None where it is no secret."""
    try:
        secret = base64.urlsafe_b64decode(cookie.encode("ascii", "replace") + b"=")
    except (binascii.Error, ValueError):
        return None
    return secret if len(secret) == KEY else None


def words_of(root_public: bytes, member: StoredMember) -> str:
    """Six words for a member's public keys and the root they trust."""
    return six_words(root_public, member.vault.bytes, member.id.bytes, member.box_public, member.sign_public)


def own_words(own: Own, member: StoredMember) -> str:
    """The same from the member's own opened keys: what the database says is not asked."""
    return words_of(own.root_public, member)
