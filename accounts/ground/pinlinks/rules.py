"""Who is offered a PIN link, how long everything lives, and what is kept of a code, an answer or a PIN; no rows."""

import hmac
import re
import unicodedata
from collections.abc import Iterable
from datetime import timedelta
from hashlib import sha256
from itertools import pairwise

from portal.lib.words import Sentence, gettext_noop

LIFETIME = timedelta(days=7)
CODE_LIFETIME = timedelta(minutes=10)
PROOF_LIFETIME = timedelta(minutes=15)
CODE_WAIT = timedelta(seconds=30)
MOST_CODES = 5
MOST_WRONG = 5
MOST_LINKS = 3
PIN_DIGITS = 6

_MOBILE = re.compile(r"\+1[2-9]\d{9}")


def mobile_of(text: str) -> str | None:
    """A typed number of the United States as it is stored, such as +12025550143; None for anything else."""
    digits = re.sub(r"[\s().-]", "", text)
    if re.fullmatch(r"1?[2-9]\d{9}", digits):
        digits = f"+1{digits[-10:]}"
    return digits if _MOBILE.fullmatch(digits) else None


def pin_problem(pin: str, again: str) -> Sentence | None:
    """What is wrong with a PIN that is being created."""
    if not re.fullmatch(rf"[0-9]{{{PIN_DIGITS}}}", pin):
        return Sentence(gettext_noop("The PIN has %(digits)s digits."), {"digits": PIN_DIGITS})
    steps = {int(after) - int(before) for before, after in pairwise(pin)}
    if steps in ({0}, {1}, {-1}):
        return Sentence(gettext_noop("Choose a PIN that is not a row or one digit repeated."), {})
    if pin != again:
        return Sentence(gettext_noop("The two PINs are not the same."), {})
    return None


def plain(answer: str) -> str:
    """An answer without case, accents, spaces and signs: what a person means by it."""
    letters = unicodedata.normalize("NFKD", answer.casefold())
    return "".join(one for one in letters if one.isalnum())


def marks_of(secrets: Iterable[str], purpose: str, whose: object, text: str) -> list[str]:
    """What is kept of a code, an answer or a PIN, by each of the portal's keys: the present one first."""
    said = f"pin link\0{purpose}\0{whose}\0{text}".encode("utf-8", "replace")
    return [hmac.new(secret.encode(), said, sha256).hexdigest() for secret in secrets]
