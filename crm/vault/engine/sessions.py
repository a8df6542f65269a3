"""The keys of one unlocked browser: wrapped under a secret that only its cookie holds."""

import hashlib
from dataclasses import dataclass
from uuid import UUID

from crm.vault.engine import ring
from crm.vault.engine.encoding import context
from crm.vault.engine.records import open_record, seal
from crm.vault.engine.ring import Ring


@dataclass(frozen=True)
class StoredSession:
    """What the database holds of an unlocked browser; times are whole seconds."""

    id: UUID
    vault: UUID
    practice: int
    member: UUID
    user: int
    sign_in: str
    created: int
    until: int
    idle: int
    wrapped: bytes = b""

    @property
    def place(self) -> bytes:
        """Where the wrapped keys belong; the limits are part of it."""
        who = (self.id, self.vault, self.practice, self.member, self.user, self.sign_in)
        return context("session", *who, self.created, self.until, self.idle)


def mark_of(secret: bytes) -> str:
    """By what the row of a cookie's secret is found; it opens nothing."""
    return hashlib.sha256(context("mark of a session", secret)).hexdigest()


def wrap(session: StoredSession, secret: bytes, keys: Ring) -> bytes:
    """The keys for this browser alone."""
    return seal(secret, session.place, keys.packed())


def unwrap(session: StoredSession, secret: bytes) -> Ring:
    """The keys again. Raises `Unopened`."""
    return ring.unpacked(session.vault, session.practice, open_record(secret, session.place, session.wrapped))
