"""Key pairs: sealing to a public key by HPKE (RFC 9180), and signatures by Ed25519; both bound to a context."""

import secrets
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from crm.vault.engine.encoding import HEADER, Unopened
from crm.vault.engine.keys import KEY, fingerprint

HPKE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)


@dataclass(frozen=True)
class Pair:
    """A pair for sealing: the private half opens."""

    private: bytes
    public: bytes


def new_pair() -> Pair:
    """A fresh X25519 pair."""
    return pair_of(secrets.token_bytes(KEY))


def pair_of(private: bytes) -> Pair:
    """The pair of a private half."""
    try:
        public = X25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()
    except ValueError:
        raise Unopened from None
    return Pair(private, public)


def new_signer() -> Pair:
    """A fresh Ed25519 pair."""
    return signer_of(secrets.token_bytes(KEY))


def signer_of(private: bytes) -> Pair:
    """The signing pair of a private half."""
    try:
        public = Ed25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()
    except ValueError:
        raise Unopened from None
    return Pair(private, public)


def seal_to(public: bytes, place: bytes, plain: bytes) -> bytes:
    """Seal to whoever holds the private half; `place` is bound."""
    try:
        return HEADER + HPKE.encrypt(plain, X25519PublicKey.from_public_bytes(public), info=place)
    except ValueError:  # a key of small order, or of another length
        raise Unopened from None


def open_with(private: bytes, place: bytes, sealed: bytes) -> bytes:
    """What was sealed to the public half for that place. Raises `Unopened`."""
    if sealed[: len(HEADER)] != HEADER:
        raise Unopened
    try:
        key = X25519PrivateKey.from_private_bytes(private)
        return HPKE.decrypt(sealed[len(HEADER) :], key, info=place)
    except (InvalidTag, ValueError):
        raise Unopened from None


def sign(private: bytes, statement: bytes) -> bytes:
    """64 bytes. A statement is a context, so a signature of one kind is never one of another."""
    return Ed25519PrivateKey.from_private_bytes(private).sign(statement)


def check(public: bytes, statement: bytes, signature: bytes) -> None:
    """Raises `Unopened` unless the holder of `public` signed exactly that."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, statement)
    except (InvalidSignature, ValueError):
        raise Unopened from None


def six_words(*parts: bytes) -> str:
    """Six words that can be said in any language, 16 bits each (proquints), for comparing keys by voice."""
    mark = fingerprint(*parts)
    return " ".join(_word(int.from_bytes(mark[at : at + 2], "big")) for at in range(0, 12, 2))


_CONSONANTS, _VOWELS = "bdfghjklmnprstvz", "aiou"


def _word(number: int) -> str:
    return (
        _CONSONANTS[number >> 12]
        + _VOWELS[number >> 10 & 3]
        + _CONSONANTS[number >> 6 & 15]
        + _VOWELS[number >> 4 & 3]
        + _CONSONANTS[number & 15]
    )
