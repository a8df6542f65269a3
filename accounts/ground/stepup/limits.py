"""How much money may leave by what has confirmed who asks: the one place that funding asks. US dollars, no rows.

Source: the broker's withdrawal limits by secure login device (a day / five business days).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from accounts.ground.amounts import number_words
from portal.lib.business_days import Calendar
from portal.lib.words import Sentence, gettext_noop

BUSINESS_DAYS = 5
# By ACH or EFT somebody without any device moves this once, and nothing beyond.
FIRST_BY_ACH = Decimal(20_000)


@dataclass(frozen=True)
class Cap:
    """At most so much a day and within five business days, in US dollars; None is without a limit."""

    a_day: Decimal | None
    five_days: Decimal | None


_NONE, _CODES = Cap(Decimal(50_000), Decimal(100_000)), Cap(Decimal(200_000), Decimal(600_000))
_PHONE, _UNLIMITED = Cap(Decimal(1_000_000), Decimal(1_000_000)), Cap(None, None)

# By the factor that a step-up grant names. What the broker's table does not have counts as its nearest row: a passkey
# and an app live on a phone, and printed recovery codes are a card of codes.
CAPS = {
    "password": _NONE,
    "text": _CODES,
    "codes": _CODES,
    "app": _PHONE,
    "phone": _PHONE,
    "passkey": _PHONE,
    "card": _UNLIMITED,
}


def cap_of(factor: str) -> Cap:
    """The limits of what has confirmed a task; an unknown factor counts as none."""
    return CAPS.get(factor, _NONE)


def weaker(one: str, other: str) -> str:
    """Which of two factors lets less money leave; the first where both let as much."""
    return min(one, other, key=_height)


def strongest(factors: Iterable[str]) -> str:
    """Which of a person's factors lets most money leave; a password alone where there is none."""
    return max(factors, key=_height, default="password")


def window(day: date, days: Calendar) -> tuple[date, date]:
    """The first and last of the five business days that end with a day."""
    return days.add(day, 1 - BUSINESS_DAYS), day


def withdrawal_problem(factor: str, *, amount: Decimal, today: Decimal, five_days: Decimal) -> Sentence | None:
    """Why a withdrawal of `amount` may not leave, None when it may.

    `today` and `five_days` are what has left before, today and within the window, all in US dollars.
    """
    cap = cap_of(factor)
    if cap.a_day is not None and today + amount > cap.a_day:
        msgid = gettext_noop("With this device at most USD %(most)s may be withdrawn a day; %(before)s was already.")
        return Sentence(msgid, {"most": number_words(cap.a_day, 0), "before": number_words(today)})
    if cap.five_days is not None and five_days + amount > cap.five_days:
        msgid = gettext_noop(
            "With this device at most USD %(most)s may be withdrawn within five business days; %(before)s was already."
        )
        return Sentence(msgid, {"most": number_words(cap.five_days, 0), "before": number_words(five_days)})
    return None


def ach_problem(factor: str, *, amount: Decimal, before: Decimal) -> Sentence | None:
    """Why money may not move by ACH or EFT; `before` is all that ever has. None when it may."""
    if cap_of(factor) != _NONE or before + amount <= FIRST_BY_ACH:
        return None
    msgid = gettext_noop("Without a device at most USD %(most)s moves by ACH or EFT; add a device first.")
    return Sentence(msgid, {"most": number_words(FIRST_BY_ACH, 0)})


def _height(factor: str) -> Decimal:
    a_day = cap_of(factor).a_day
    return Decimal("Infinity") if a_day is None else a_day
