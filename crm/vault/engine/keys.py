"""Keys from passwords and from other keys: Argon2id with floors that no stored row can lower, and HKDF with labels."""

import hashlib
import hmac
import secrets
import unicodedata
from dataclasses import dataclass

from argon2.low_level import Type, hash_secret_raw
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from crm.vault.engine.encoding import Unopened, context
from crm.vault.engine.turns import turns

KEY = 32
SALT = 16
FLOOR_MEMORY = 64 * 1024
FLOOR_PASSES = 3
# No stored row may make the server work for minutes either.
MOST_MEMORY = 1024 * 1024
MOST_PASSES = 16
MOST_LANES = 8
LONGEST_PASSWORD = 256


@dataclass(frozen=True)
class Cost:
    """What one guess of a password costs: memory in KiB, passes, lanes."""

    memory: int = 128 * 1024
    passes: int = 3
    lanes: int = 1

    @property
    def is_allowed(self) -> bool:
        """Whether it is at least the floor and at most what the machine can bear."""
        return (
            FLOOR_MEMORY <= self.memory <= MOST_MEMORY
            and FLOOR_PASSES <= self.passes <= MOST_PASSES
            and 1 <= self.lanes <= MOST_LANES
        )

    def is_below(self, other: "Cost") -> bool:
        """Whether a key should be derived anew at that cost."""
        return self.memory < other.memory or self.passes < other.passes


FLOOR = Cost(FLOOR_MEMORY, FLOOR_PASSES, 1)


def new_key() -> bytes:
    """32 random bytes."""
    return secrets.token_bytes(KEY)


def derive(key: bytes, *, label: str, salt: bytes = b"", length: int = KEY) -> bytes:
    """HKDF-SHA256 of a key for one use."""
    return hkdf(key, salt=salt, info=context(label), length=length)


def hkdf(key: bytes, *, salt: bytes, info: bytes, length: int) -> bytes:
    """RFC 5869."""
    return HKDF(algorithm=SHA256(), length=length, salt=salt or None, info=info).derive(key)


def from_password(password: str, *, salt: bytes, cost: Cost, pepper: bytes) -> bytes:
    """The key that wraps a person's keys. Raises `Unopened` for a cost below the floor, `Busy` when too many ask."""
    if not cost.is_allowed or len(salt) != SALT or len(pepper) != KEY:
        raise Unopened
    normal = unicodedata.normalize("NFKC", password).encode()
    with turns.one():
        slow = hash_secret_raw(normal, salt, cost.passes, cost.memory, cost.lanes, KEY, Type.ID)
    return derive(slow, salt=pepper, label="kek/v1/user")


def fingerprint(*parts: bytes) -> bytes:
    """32 bytes that stand for public keys."""
    return hashlib.sha256(context("fingerprint", *parts)).digest()


def same(one: bytes, other: bytes) -> bool:
    """Compared in constant time."""
    return hmac.compare_digest(one, other)
