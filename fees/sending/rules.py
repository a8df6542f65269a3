"""When a line that somebody sends counts, how long it can be changed, and what it may say; no rows are read here."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import NamedTuple

from portal.lib.business_days import Calendar
from portal.lib.exchange import EXCHANGE_ZONE, exchange_day
from portal.lib.money import BadDecimal, minor_places, parse_decimal
from portal.lib.words import Sentence, gettext_noop

CUT_OFF = time(17, 30)
LONGEST_MEMO = 255
AMOUNT_DIGITS = 20
_CONTROLS = re.compile(r"[\x00-\x1f\x7f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


class Asked(NamedTuple):
    """One line as somebody typed it; `line` is its row in the form or file."""

    line: int
    account: str
    amount: str
    memo: str = ""
    money_manager: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What becomes of a row: accepted for a day, or the reason and a sentence that says what to do."""

    line: int
    account: str
    title: str = ""
    amount: Decimal | None = None
    currency: str = ""
    reason: str = ""
    sentence: Sentence | None = None
    available: Decimal | None = None
    invoice: str = ""

    @property
    def is_accepted(self) -> bool:
        return not self.reason


NOT_THE_SENDER = gettext_noop(
    "Only who sent it can change it to an amount that needs approval; cancel it and send another."
)


def business_day_of(at: datetime, days: Calendar) -> date:
    """The business day an instant counts for: before 17:30:00.000 in New York that day, from then on the next one."""
    local = at.astimezone(EXCHANGE_ZONE)
    today = local.date()
    return today if days.is_business_day(today) and local.time() < CUT_OFF else days.next(today)


def cut_off_of(business_day: date) -> datetime:
    """The instant from which an invoice of that day can no longer be changed."""
    return datetime.combine(business_day, CUT_OFF, EXCHANGE_ZONE)


@dataclass(frozen=True, slots=True)
class CutOff:
    """The next moment until which invoices are taken, and how long that is from now."""

    at: datetime
    is_today: bool
    hours: int
    minutes: int


def cut_off_after(now: datetime, days: Calendar) -> CutOff:
    """The cut-off of the invoices that are sent now."""
    ends = cut_off_of(business_day_of(now, days))
    # Between two instants of one zone Python would count by the clock on the wall, which is moved twice a year.
    minutes = int((ends.astimezone(UTC) - now).total_seconds() // 60)
    return CutOff(ends, ends.date() == exchange_day(now), minutes // 60, minutes % 60)


def amount_of(text: str, currency: str) -> Decimal:
    """The amount a row asks for; BadDecimal says what is wrong with it."""
    places = minor_places(currency)
    amount = parse_decimal(text.strip(), digits=AMOUNT_DIGITS - 2 + places, places=places)
    if amount <= 0:
        raise BadDecimal(gettext_noop("The amount must be above zero."))
    return amount


def memo_problem(memo: str) -> Sentence | None:
    """What is wrong with a memo: it is printed on statements, in one line."""
    if len(memo) > LONGEST_MEMO:
        return Sentence(gettext_noop("The memo is longer than %(most)s characters."), {"most": LONGEST_MEMO})
    if _CONTROLS.search(memo):
        return Sentence(gettext_noop("The memo holds characters that cannot be printed."), {})
    return None
