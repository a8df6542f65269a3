"""What a scanned challenge says of its task; the response holds for these words alone, so nobody can show others."""

import base64
import hashlib

from auth2fa.factors.ocra import QUESTION_BYTES, parse

# A typed challenge has eight digits; a scanned one goes on with what the words come to.
SUITE = "OCRA-1:HOTP-SHA256-8:QN64-PSHA256-T1M"
LONGEST = 140
MARK = 8
_OF_WORDS = parse(SUITE).length - 8
assert parse(SUITE).length < QUESTION_BYTES


def shortened(told: str) -> str:
    """Words as a picture can bear them, on one line; what is cut off stands in a mark of the whole, so that a response
    holds for every word."""
    plain = " ".join(told.split())
    if len(plain) <= LONGEST:
        return plain
    mark = hashlib.sha256(plain.encode()).hexdigest()[:MARK]
    return f"{plain[: LONGEST - MARK - 2]}… {mark}"


def question_of(digits: str, told: str) -> str:
    """The 64 digits that a phone answers which was shown these words with this challenge.

    Its first digit is never 0, and no two such questions are one to the standard, which fills hexadecimals up on the
    right: they lie less than a factor of 16 apart.
    """
    number = int.from_bytes(hashlib.sha256(told.encode()).digest(), "big")
    return digits + str(number % 10**_OF_WORDS).zfill(_OF_WORDS)


def fragment(digits: str, told: str) -> str:
    """What stands behind the # of a scanned link, which no server is told."""
    words = base64.urlsafe_b64encode(told.encode()).decode().rstrip("=")
    return f"q={digits}&t={words}" if told else f"q={digits}"
