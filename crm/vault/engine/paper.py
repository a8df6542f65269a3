"""Secrets on paper: recovery codes in Crockford's letters with a check, and a key split over three sheets."""

import hashlib
import secrets

from crm.vault.engine.encoding import Unopened
from crm.vault.engine.keys import KEY

LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE = 20
CHECK = 2
GROUP = 4
SHEETS = (1, 2, 3)

_READ = {letter: value for value, letter in enumerate(LETTERS)} | {"O": 0, "I": 1, "L": 1}


def new_code() -> bytes:
    """160 random bits."""
    return secrets.token_bytes(CODE)


def written(secret: bytes) -> str:
    """In groups of four with two check letters at the end; nobody mistakes a 0 for an O."""
    bits = len(secret) * 8
    count = -(-bits // 5)
    number = int.from_bytes(secret, "big") << (count * 5 - bits)
    letters = "".join(LETTERS[number >> 5 * at & 31] for at in reversed(range(count))) + _check(secret)
    return "-".join(letters[at : at + GROUP] for at in range(0, len(letters), GROUP))


def read(text: str, *, length: int = CODE) -> bytes:
    """The secret of a typed code, however it is spaced. Raises `Unopened` when a letter is wrong or missing."""
    letters = "".join(one for one in text.upper() if one not in "- \t\r\n")
    count = -(-length * 8 // 5)
    if len(letters) != count + CHECK or any(one not in _READ for one in letters):
        raise Unopened
    number = 0
    for one in letters[:count]:
        number = number << 5 | _READ[one]
    spare = count * 5 - length * 8
    if number & (1 << spare) - 1:
        raise Unopened
    secret = (number >> spare).to_bytes(length, "big")
    if "".join(LETTERS[_READ[one]] for one in letters[count:]) != _check(secret):
        raise Unopened
    return secret


def split(secret: bytes) -> dict[int, bytes]:
    """Three sheets of which any two give the secret and one gives nothing (Shamir, over 256 elements, byte by byte)."""
    slope = secrets.token_bytes(len(secret))
    return {
        sheet: bytes([sheet]) + bytes(value ^ _times(rise, sheet) for value, rise in zip(secret, slope, strict=True))
        for sheet in SHEETS
    }


def join(one: bytes, other: bytes) -> bytes:
    """The secret of two different sheets. Raises `Unopened`."""
    if len(one) != KEY + 1 or len(other) != KEY + 1 or one[0] == other[0] or {one[0], other[0]} - set(SHEETS):
        raise Unopened
    over = _inverse(one[0] ^ other[0])
    return bytes(
        _times(a, _times(other[0], over)) ^ _times(b, _times(one[0], over))
        for a, b in zip(one[1:], other[1:], strict=True)
    )


def _check(secret: bytes) -> str:
    mark = int.from_bytes(hashlib.sha256(b"advisor portal paper" + secret).digest()[:2], "big")
    return LETTERS[mark >> 5 & 31] + LETTERS[mark & 31]


def _times(a: int, b: int) -> int:
    """In the field of AES; both are public sizes, and the loop is always as long."""
    product = 0
    for bit in range(8):
        product ^= -(b >> bit & 1) & a
        a = (a << 1) ^ (-(a >> 7) & 0x11B)
    return product


def _inverse(value: int) -> int:
    return next(other for other in range(1, 256) if _times(value, other) == 1)
