"""Records: a text sealed under a key for one place, with a commitment to the key, so that no second key opens it."""

import secrets

from nacl.bindings import (
    crypto_aead_xchacha20poly1305_ietf_ABYTES,
    crypto_aead_xchacha20poly1305_ietf_decrypt,
    crypto_aead_xchacha20poly1305_ietf_encrypt,
)
from nacl.exceptions import CryptoError

from crm.vault.engine.encoding import HEADER, Unopened
from crm.vault.engine.keys import KEY, hkdf, same

SALT = 32
COMMITMENT = 16
NONCE = 24
_BEGIN = len(HEADER) + SALT + COMMITMENT + NONCE
OVERHEAD = _BEGIN + crypto_aead_xchacha20poly1305_ietf_ABYTES


def seal(key: bytes, place: bytes, plain: bytes) -> bytes:
    """Header, salt, commitment, nonce, ciphertext. `place` is a context; elsewhere it does not open."""
    salt, nonce = secrets.token_bytes(SALT), secrets.token_bytes(NONCE)
    own, commitment = _keys(key, salt, place)
    before = HEADER + salt + commitment + nonce
    return before + crypto_aead_xchacha20poly1305_ietf_encrypt(plain, before + place, nonce, own)


def open_record(key: bytes, place: bytes, sealed: bytes) -> bytes:
    """What was sealed for that place under that key. Raises `Unopened`."""
    if len(sealed) < OVERHEAD or sealed[: len(HEADER)] != HEADER:
        raise Unopened
    before = sealed[:_BEGIN]
    salt = before[len(HEADER) : len(HEADER) + SALT]
    own, commitment = _keys(key, salt, place)
    if not same(commitment, before[len(HEADER) + SALT : -NONCE]):
        raise Unopened
    try:
        return crypto_aead_xchacha20poly1305_ietf_decrypt(sealed[_BEGIN:], before + place, before[-NONCE:], own)
    except CryptoError:
        raise Unopened from None


def _keys(key: bytes, salt: bytes, place: bytes) -> tuple[bytes, bytes]:
    if len(key) != KEY:
        raise Unopened
    both = hkdf(key, salt=salt, info=place, length=KEY + COMMITMENT)
    return both[:KEY], both[KEY:]
