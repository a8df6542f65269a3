"""Feeds of a calendar: a pair of their own, whose private half is wrapped by a secret that only an address holds."""

import base64
import binascii
from dataclasses import dataclass
from uuid import UUID

from crm.vault.engine.encoding import Unopened, context
from crm.vault.engine.keys import KEY, fingerprint, new_key
from crm.vault.engine.padding import pad, unpad
from crm.vault.engine.pairs import new_pair, open_with, pair_of, seal_to
from crm.vault.engine.records import open_record, seal


@dataclass(frozen=True)
class NewFeed:
    """What is made for a feed; the secret is shown once and kept nowhere."""

    secret: str
    mark: bytes
    public: bytes
    wrapped: bytes


def made(practice: int, feed: UUID) -> NewFeed:
    """A secret for an address, and a pair that only this secret opens."""
    secret, pair = new_key(), new_pair()
    wrapped = seal(secret, context("feed", practice, feed), pair.private)
    return NewFeed(base64.urlsafe_b64encode(secret).decode().rstrip("="), _mark(secret), pair.public, wrapped)


def read_secret(text: str) -> tuple[bytes, bytes] | None:
    """The secret of an address and the mark by which its feed is found; None for what is none."""
    try:
        secret = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    return (secret, _mark(secret)) if len(secret) == KEY else None


def opened(secret: bytes, practice: int, feed: UUID, public: bytes, wrapped: bytes) -> bytes:
    """The private half. Raises `Unopened`, also where the public half was exchanged."""
    private = open_record(secret, context("feed", practice, feed), wrapped)
    if pair_of(private).public != public:
        raise Unopened
    return private


def seal_copy(public: bytes, feed: UUID, event: UUID, version: int, text: str) -> bytes:
    """What an event says in this version, for the holder of the address."""
    return seal_to(public, _place(feed, event, version), pad(text.encode()))


def open_copy(private: bytes, feed: UUID, event: UUID, version: int, sealed: bytes) -> str:
    """The text again. Raises `Unopened`, also for another feed, event or version."""
    return unpad(open_with(private, _place(feed, event, version), sealed)).decode()


def _place(feed: UUID, event: UUID, version: int) -> bytes:
    return context("feed copy", feed, event, version)


def _mark(secret: bytes) -> bytes:
    return fingerprint(context("feed mark", secret))
