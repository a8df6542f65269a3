"""The limit that a client agreed for invoices, and the sentences of refusals; no rows are read here."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from fees.engine.agreement import CapKind
from fees.engine.invoice_cap import accrued_limit, closing_limit, transition_limit
from fees.invoicing.models import Rejection
from portal.lib.periods import Frequency, Period, period_of, previous_period
from portal.lib.words import Sentence, gettext_noop

TRANSITION_DAYS = {Frequency.MONTHLY: 30, Frequency.QUARTERLY: 90}
ONE_DAY = timedelta(days=1)


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
