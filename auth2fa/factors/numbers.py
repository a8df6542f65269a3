"""Telephone numbers that may get codes: their form, country and kind."""

from collections.abc import Collection
from enum import StrEnum

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType

# Kinds that cost the caller, or that nobody in particular answers.
REFUSED = frozenset(
    {
        PhoneNumberType.PREMIUM_RATE,
        PhoneNumberType.SHARED_COST,
        PhoneNumberType.VOIP,
        PhoneNumberType.PAGER,
        PhoneNumberType.UAN,
        PhoneNumberType.TOLL_FREE,
    }
)


class Line(StrEnum):
    """What a number reaches, as far as it can be known; a fixed line reads no texts."""

    UNKNOWN = ""
    MOBILE = "mobile"
    FIXED = "fixed"


class BadNumber(ValueError):
    """`reason` is one of unreadable, country, kind."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def read(text: str, *, countries: Collection[str]) -> str:
    """A typed number in its international form, such as +12025550143. Raises `BadNumber`.

    Without a country's code it is read as one of the first country.
    """
    try:
        found = phonenumbers.parse(text[:40], next(iter(countries), None))
    except NumberParseException:
        raise BadNumber("unreadable") from None
    if not phonenumbers.is_valid_number(found):
        raise BadNumber("unreadable")
    if phonenumbers.region_code_for_number(found) not in countries:
        raise BadNumber("country")
    if phonenumbers.number_type(found) in REFUSED:
        raise BadNumber("kind")
    return phonenumbers.format_number(found, PhoneNumberFormat.E164)


def line_of(number: str) -> Line:
    """What the form of a number says; in some countries mobiles and fixed lines look alike."""
    kinds = {PhoneNumberType.MOBILE: Line.MOBILE, PhoneNumberType.FIXED_LINE: Line.FIXED}
    return kinds.get(phonenumbers.number_type(phonenumbers.parse(number)), Line.UNKNOWN)


def country_of(number: str) -> str:
    """Two letters, or "" for a number of no country."""
    return phonenumbers.region_code_for_number(phonenumbers.parse(number)) or ""


def masked(number: str) -> str:
    """As pages show it: the end alone."""
    return f"••• {number[-4:]}"
