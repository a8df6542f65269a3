"""Vendors' files of card keys (PSKC, RFC 6030): which cards are in them and with which keys."""

from dataclasses import dataclass
from io import BytesIO

from pskc import PSKC

from auth2fa.factors.card import SUITE
from auth2fa.factors.ocra import BadInput, parse

MOST_BYTES = 2 * 1024 * 1024
MOST_CARDS = 5000
# Suites that the portal asks cards for: a counter makes each response new, and the PIN is part of it.
TAKEN = (SUITE,)


class BadFile(ValueError):
    """The file cannot be taken; says why, and nothing of it was."""


@dataclass(frozen=True)
class Seed:
    """One card in a vendor's file."""

    serial: str
    key: bytes
    counter: int
    suite: str


def read(content: bytes, *, password: str = "", key: bytes = b"") -> list[Seed]:
    """Every card of the file. Raises `BadFile`: all or nothing."""
    if len(content) > MOST_BYTES:
        raise BadFile("the file is too large")
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content or b"\0" in content:
        raise BadFile("the file defines entities, which a file of keys never needs")
    try:
        file = PSKC(BytesIO(content))
        if key:
            file.encryption.key = key
        elif password:
            file.encryption.derive_key(password)
        found = [_seed(one) for one in file.keys]
    except BadFile:
        raise
    except Exception as problem:
        raise BadFile(f"the file cannot be read: {type(problem).__name__}") from problem
    if not found or len(found) > MOST_CARDS:
        raise BadFile("the file holds no cards, or too many")
    if len({one.serial for one in found}) != len(found):
        raise BadFile("a serial number stands in it twice")
    return found


def _seed(one: object) -> Seed:
    suite = str(getattr(one, "algorithm_suite", "") or "")
    serial = str(getattr(one, "serial", "") or getattr(one, "id", "") or "").strip()
    secret = getattr(one, "secret", None)
    if suite not in TAKEN:
        raise BadFile(f"card {serial or '?'} has the suite {suite or '?'}, which is not taken")
    try:
        parse(suite)
    except BadInput as problem:
        raise BadFile(str(problem)) from problem
    if not serial or len(serial) > 40 or not secret or len(secret) < 20:
        raise BadFile(f"card {serial or '?'} has no key of at least 20 bytes")
    return Seed(serial, bytes(secret), int(getattr(one, "counter", None) or 0), suite)
