"""Challenge and response by OCRA (RFC 6287): the reading of suites and one pure function, with a command beside it."""

import hashlib
import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

QUESTION_BYTES = 128
SUITE = re.compile(
    r"OCRA-1:HOTP-(?P<hash>SHA1|SHA256|SHA512)-(?P<digits>0|[4-9]|10):"
    r"(?P<counter>C-)?Q(?P<form>[ANH])(?P<length>0[4-9]|[1-5][0-9]|6[0-4])"
    r"(?:-P(?P<pin>SHA1|SHA256|SHA512))?(?:-S(?P<session>[0-9]{3}))?(?:-T(?P<count>[0-9]{1,2})(?P<unit>[SMH]))?"
)
SECONDS = {"S": (1, 59, 1), "M": (1, 59, 60), "H": (1, 48, 3600)}
WORD = {"A": r"[0-9A-Za-z]+", "N": r"[0-9]+", "H": r"[0-9A-Fa-f]+"}


class BadInput(ValueError):
    """A suite that is none, or an input that the suite does not take; says which."""


@dataclass(frozen=True)
class Suite:
    """What goes into a response and what comes out (RFC 6287, section 6).

    `digits` is 0 for the whole code in hexadecimal; `step` is in seconds, None where time does not count.
    """

    text: str
    hash: str
    digits: int
    has_counter: bool
    form: str
    length: int
    pin_hash: str | None
    session_bytes: int | None
    step: int | None

    def steps(self, at: datetime) -> int:
        """How many time steps have passed since 1970 at an instant, which must know its zone."""
        if self.step is None:
            raise BadInput(f"{self.text} takes no time")
        return int(at.timestamp()) // self.step


def parse(text: str) -> Suite:
    """Read a suite such as `OCRA-1:HOTP-SHA256-8:QN08-PSHA256-T1M`; raises `BadInput`."""
    found = SUITE.fullmatch(text)
    if found is None:
        raise BadInput(f"{text!r} is no suite of OCRA")
    step = None
    if found["unit"]:
        least, most, seconds = SECONDS[found["unit"]]
        if not least <= int(found["count"]) <= most:
            raise BadInput(f"{text!r} has a time step out of range")
        step = int(found["count"]) * seconds
    return Suite(
        text=text,
        hash=found["hash"],
        digits=int(found["digits"]),
        has_counter=found["counter"] is not None,
        form=found["form"],
        length=int(found["length"]),
        pin_hash=found["pin"],
        session_bytes=int(found["session"]) if found["session"] else None,
        step=step,
    )


def hash_of_pin(suite: Suite, pin: str) -> bytes:
    """What is kept of a PIN: few digits are soon guessed from it, so it is as secret as the PIN itself."""
    if suite.pin_hash is None:
        raise BadInput(f"{suite.text} takes no PIN")
    return hashlib.new(suite.pin_hash, pin.encode()).digest()


def draw(suite: Suite, below: Callable[[int], int]) -> str:
    """A fresh question of digits, none with a leading zero; `below(n)` draws from 0 to n - 1.

    Digits become the hexadecimal of their number, filled up on the right: 000018 and 000288 would be one question.
    """
    if suite.form != "N":
        raise BadInput(f"{suite.text} asks for no digits")
    first = 10 ** (suite.length - 1)
    return str(first + below(9 * first))


def respond(
    suite: Suite,
    key: bytes,
    question: str,
    *,
    counter: int | None = None,
    pin: bytes | None = None,
    session: bytes | None = None,
    steps: int | None = None,
) -> str:
    """The response to a question; every input that the suite names must be given, and no other.

    `pin` is the PIN's hash, `steps` the number of time steps. Raises `BadInput`.
    """
    given = (
        ("a counter", suite.has_counter, counter),
        ("a PIN", suite.pin_hash is not None, pin),
        ("session information", suite.session_bytes is not None, session),
        ("a time", suite.step is not None, steps),
    )
    for name, is_taken, value in given:
        if is_taken != (value is not None):
            raise BadInput(f"{suite.text} takes {name if is_taken else 'no ' + name.removeprefix('a ')}")
    parts = [suite.text.encode("ascii"), b"\0"]
    if counter is not None:
        parts.append(_eight_bytes(counter, "counter"))
    parts.append(_question(suite, question))
    if pin is not None:
        if len(pin) != hashlib.new(suite.pin_hash or "").digest_size:
            raise BadInput("the PIN's hash has another length")
        parts.append(pin)
    if session is not None:
        if len(session) > (suite.session_bytes or 0):
            raise BadInput("the session information is too long")
        parts.append(session.rjust(suite.session_bytes or 0, b"\0"))
    if steps is not None:
        parts.append(_eight_bytes(steps, "time"))
    code = hmac.new(key, b"".join(parts), suite.hash.lower()).digest()
    return code.hex() if suite.digits == 0 else _truncated(code, suite.digits)


def _question(suite: Suite, question: str) -> bytes:
    """The question in 128 bytes; the standard's own programs take questions of any length up to that."""
    if not re.fullmatch(WORD[suite.form], question, re.ASCII) or len(question) > QUESTION_BYTES:
        raise BadInput("the question does not have the suite's form")
    if suite.form == "A":
        return question.encode("ascii").ljust(QUESTION_BYTES, b"\0")
    digits = f"{int(question):X}" if suite.form == "N" else question
    return bytes.fromhex(digits.ljust(2 * QUESTION_BYTES, "0"))


def _eight_bytes(number: int, name: str) -> bytes:
    if not 0 <= number < 2**64:
        raise BadInput(f"the {name} does not fit eight bytes")
    return number.to_bytes(8, "big")


def _truncated(code: bytes, digits: int) -> str:
    """Dynamic truncation as in RFC 4226, section 5.3."""
    place = code[-1] & 0x0F
    number = int.from_bytes(code[place : place + 4], "big") & 0x7FFFFFFF
    return str(number % 10**digits).zfill(digits)
