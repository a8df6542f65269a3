"""Device secrets at rest: sealed under keys that the database never holds, each bound to its own row and field."""

import hashlib
import hmac
import os
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

VERSION = b"\x01"
NONCE = 12
NAME = 4


class Unreadable(ValueError):
    """The bytes were sealed under another key, for another row, or changed since."""


class Box:
    """Seals under the first key and opens under any, so that a new first line of the key file rotates."""

    def __init__(self, secrets: Sequence[str]) -> None:
        if not secrets:
            raise ValueError("at least one key")
        self._keys = [_derived(secret, b"seal", 32) for secret in secrets]
        self._marks = [_derived(secret, b"mark", 32) for secret in secrets]

    def seal(self, plain: bytes, context: str) -> bytes:
        """Encrypt for one place, such as `device 7 secret`; elsewhere it cannot be opened."""
        key, nonce = self._keys[0], os.urandom(NONCE)
        return VERSION + _name(key) + nonce + AESGCM(key).encrypt(nonce, plain, context.encode())

    def open(self, sealed: bytes, context: str) -> bytes:
        """What was sealed for that place. Raises `Unreadable`."""
        name, nonce = sealed[1 : 1 + NAME], sealed[1 + NAME : 1 + NAME + NONCE]
        for key in self._keys:
            if sealed[:1] == VERSION and _name(key) == name:
                try:
                    return AESGCM(key).decrypt(nonce, sealed[1 + NAME + NONCE :], context.encode())
                except InvalidTag:
                    break
        raise Unreadable(context)

    def mark(self, *parts: str) -> bytes:
        """32 bytes that nobody without the key can work out; what codes are cut from and kept as."""
        return self.marks(*parts)[0]

    def marks(self, *parts: str) -> list[bytes]:
        """The same under each key, newest first: what was kept before a rotation is still recognised."""
        said = b"".join(len(part.encode()).to_bytes(4, "big") + part.encode() for part in parts)
        return [hmac.new(key, said, hashlib.sha256).digest() for key in self._marks]


def _derived(secret: str, use: bytes, length: int) -> bytes:
    return HKDF(algorithm=SHA256(), length=length, salt=None, info=b"advisor portal " + use).derive(secret.encode())


def _name(key: bytes) -> bytes:
    return hashlib.sha256(b"name" + key).digest()[:NAME]
