"""Which numbers may get a code, how long everything lives, and what is kept of a code, an answer or a PIN; no rows."""

import hmac
import re
import unicodedata
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import pairwise

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType

from portal.lib.words import Sentence, gettext_noop

LIFETIME = timedelta(days=7)
# Who is impersonated has this long to say so before anything can be signed with what was verified.
SETTLING = timedelta(hours=72)
CODE_LIFETIME = timedelta(minutes=5)
CODE_DIGITS = 8
CODE_TRIES = 3
PROOF_LIFETIME = timedelta(minutes=15)
CODE_WAIT = timedelta(seconds=30)
MOST_CODES = 5
MOST_CODES_A_DAY = 10
MOST_WRONG = 5
MOST_LINKS = 3
PIN_DIGITS = 6

COUNTRY = "US"
_MOBILES = frozenset({PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE})


def mobile_of(text: str) -> str | None:
    """A typed mobile number of the United States as it is stored, such as +12025550143; None for anything else."""
    try:
        found = phonenumbers.parse(text[:40], COUNTRY)
    except NumberParseException:
        return None
    is_ours = phonenumbers.is_valid_number(found) and phonenumbers.region_code_for_number(found) == COUNTRY
    if not is_ours or found.extension or phonenumbers.number_type(found) not in _MOBILES:
        return None
    return phonenumbers.format_number(found, PhoneNumberFormat.E164)


def code_began(before: datetime | None, at: datetime) -> datetime:
    """When the code to send was made: the one that was sent already, while it lives long enough to be typed."""
    return before if before is not None and at < before + CODE_LIFETIME - CODE_WAIT else at


def code_of(secret: str, link: object, began: datetime) -> str:
    """The digits that a link's text says; they are worked out, so that sending again repeats them."""
    said = f"pin link\0text\0{link}\0{began.astimezone(UTC).isoformat()}".encode()
    return f"{int.from_bytes(hmac.digest(secret.encode(), said, sha256)) % 10**CODE_DIGITS:0{CODE_DIGITS}d}"


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
