"""Codes that are told to people: the one of a text or call, which is stored nowhere, and recovery codes."""

import hmac
import re
from collections.abc import Callable, Iterable

from auth2fa.factors.sealing import Box

DIGITS = 8
RECOVERY_DIGITS = 12
RECOVERY_CODES = 10


def code_of(box: Box, challenge: str) -> str:
    """The eight digits of a challenge, worked out anew each time: a second text and a call tell the same ones."""
    number = int.from_bytes(box.mark("code", challenge)[:8], "big")
    return str(number % 10**DIGITS).zfill(DIGITS)


def digits_of(text: str) -> str:
    """What was typed, without the spaces and dashes that help reading."""
    return re.sub(r"[\s-]", "", text)


def is_same(one: str, other: str) -> bool:
    """Compared in a time that does not tell where they differ."""
    return hmac.compare_digest(one.encode(), other.encode())


def draw_recovery(below: Callable[[int], int]) -> list[str]:
    """Ten fresh codes such as 4821-0957-3316."""
    drawn = (str(below(10**RECOVERY_DIGITS)).zfill(RECOVERY_DIGITS) for _one in range(RECOVERY_CODES))
    return [f"{one[:4]}-{one[4:8]}-{one[8:]}" for one in drawn]


def kept_as(box: Box, device: str, code: str) -> str:
    """What is kept of a recovery code: useless without the key, and on any other device."""
    return box.mark("recovery", device, digits_of(code)).hex()


def find(box: Box, device: str, code: str, kept: Iterable[str]) -> str | None:
    """The kept form of a typed recovery code, None when it is none of them; every one is compared."""
    typed, found = [one.hex() for one in box.marks("recovery", device, digits_of(code))], None
    for one in kept:
        if sum(is_same(one, mark) for mark in typed):
            found = one
    return found
