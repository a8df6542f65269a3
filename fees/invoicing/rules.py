"""When an invoice counts, how long it can be changed, and what is wrong with one; no rows are read here."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import NamedTuple

from fees.engine.agreement import CapKind
from fees.engine.invoice_cap import accrued_limit, closing_limit, transition_limit
from fees.invoicing.models import Rejection
from portal.lib.business_days import Calendar
from portal.lib.exchange import EXCHANGE_ZONE, exchange_day
from portal.lib.money import BadDecimal, minor_places, parse_decimal
from portal.lib.periods import Frequency, Period, period_of, previous_period
from portal.lib.words import Sentence, gettext_noop

CUT_OFF = time(17, 30)
TRANSITION_DAYS = {Frequency.MONTHLY: 30, Frequency.QUARTERLY: 90}
LONGEST_MEMO = 255
AMOUNT_DIGITS = 20
ONE_DAY = timedelta(days=1)
_CONTROLS = re.compile(r"[\x00-\x1f\x7f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


class Asked(NamedTuple):
    """One invoice as somebody typed it; `line` is its row in the form or file."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Values:
    """What a limit is made from: the sum of an account's closing values above zero over the business days of the period
    before, its last one, the number of those days, and the latest value known."""

    total: Decimal
    closing: Decimal | None
    business_days: int
    latest: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CapTerms:
    """A cap as the rules need it; `since` is the later of the account's opening and first funding."""

    kind: CapKind
    rate: Decimal | None
    amount: Decimal | None
    currency: str
    since: date

    @property
    def frequency(self) -> Frequency:
        return Frequency.QUARTERLY if self.kind in (CapKind.QUARTERLY, CapKind.QUARTER_END) else Frequency.MONTHLY

    @property
    def is_of_last_value(self) -> bool:
        return self.kind in (CapKind.MONTH_END, CapKind.QUARTER_END)


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
    minutes = int((ends - now).total_seconds() // 60)
    return CutOff(ends, ends.date() == exchange_day(now), minutes // 60, minutes % 60)


def in_transition(terms: CapTerms, day: date) -> bool:
    """Whether the client is so new that there is no period before to look back on."""
    return terms.since <= day <= terms.since + timedelta(days=TRANSITION_DAYS[terms.frequency])


def counted_period(terms: CapTerms, day: date) -> Period:
    """The stretch over which invoices count against one limit."""
    if in_transition(terms, day):
        return Period(terms.since, terms.since + timedelta(days=TRANSITION_DAYS[terms.frequency]) + ONE_DAY)
    return period_of(terms.frequency, day)


def looked_back_on(terms: CapTerms, day: date) -> Period:
    """The month or quarter before, whose values make the limit."""
    return previous_period(terms.frequency, period_of(terms.frequency, day))


def limit(terms: CapTerms, values: Values, day: date) -> Decimal:
    """The most that may be invoiced in the counted period, as money; nothing where a needed value is not known."""
    limits = []
    if terms.rate is not None:
        limits.append(_by_rate(terms, terms.rate, values, day))
    if terms.amount is not None:
        limits.append(terms.amount)
    return min(limits)


def _by_rate(terms: CapTerms, rate: Decimal, values: Values, day: date) -> Decimal:
    if in_transition(terms, day):
        return transition_limit(rate, values.latest or Decimal(0), terms.frequency, terms.currency)
    if terms.is_of_last_value:
        return closing_limit(rate, values.closing or Decimal(0), values.business_days, terms.currency)
    return accrued_limit(rate, [values.total], terms.currency)


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


def over_limit(amount: Decimal, available: Decimal) -> Sentence | None:
    """The refusal of an amount above what is available; it names the largest amount that would be taken."""
    if amount <= available:
        return None
    msgid = gettext_noop("Over the limit by %(excess)s; at most %(available)s is available.")
    return Sentence(msgid, {"excess": amount - available, "available": available})


REFUSALS: dict[str, str] = {
    Rejection.BAD_ACCOUNT: gettext_noop("No client of yours has the account %(account)s."),
    Rejection.NO_MANAGER: gettext_noop("No money manager %(manager)s is assigned to your clients."),
    Rejection.LOCKED: gettext_noop("The billing of the month of %(day)s is closed; open the month first."),
    Rejection.RESTRICTED: gettext_noop("The account is not open, so it cannot be invoiced."),
    Rejection.NO_CAP: gettext_noop("The client has signed no invoice limit; agree one first."),
    Rejection.DUPLICATE: gettext_noop("The client has another invoice for %(day)s; only one a day is taken."),
}


def refusal(reason: str, **params: object) -> Sentence:
    """The sentence of a reason."""
    return Sentence(REFUSALS[reason], params)
