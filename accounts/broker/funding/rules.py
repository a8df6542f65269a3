"""What follows what, how long a withdrawal is held, where money may go, and how a bank is named. No rows, no clock."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal

from accounts.broker.funding.models import FundingKind, FundingMethod, FundingStatus
from accounts.ground.tree.models import HOLDING_KINDS, Account, Kind
from portal.lib.business_days import Calendar
from portal.lib.exchange import EXCHANGE_ZONE, exchange_day
from portal.lib.words import Sentence, gettext_noop

S = FundingStatus
# The one table of what may follow what; the database's trigger holds the same, and a test compares them.
NEXT: Mapping[str, frozenset[str]] = {
    S.PENDING_CONFIRMATION: frozenset({S.PENDING_VERIFICATION, S.PENDING_ADVISOR, S.PENDING, S.APPROVED, S.CANCELLED,
                                       S.EXPIRED}),
    S.PENDING_VERIFICATION: frozenset({S.PENDING, S.APPROVED, S.REJECTED, S.CANCELLED, S.EXPIRED}),
    S.PENDING_ADVISOR: frozenset({S.PENDING, S.CANCELLED}),
    S.PENDING: frozenset({S.PROCESSED, S.COMPLETED, S.CANCELLED}),
    S.PROCESSED: frozenset({S.COMPLETED, S.REJECTED}),
}  # fmt: skip

# Above this part of what is available a withdrawal is held longer; exactly this part is not above it.
LARGE = Decimal("0.8")
LONG_HOLD = timedelta(days=3)
BANK_WAITS = timedelta(days=30)
# How long a mailed number counts, and how long a movement waits for one: limits are those of about that day.
NUMBER_LASTS = timedelta(days=1)
RESEND_AFTER, LONGEST_RESEND = timedelta(seconds=30), timedelta(minutes=30)
# Requests of one person that mail a number within an hour: five wrong tries each are then few.
MOST_NUMBERS, NUMBERS_WITHIN = 10, timedelta(hours=1)
# Money that was promised away: off what is available. What only waits for its asker's number is not.
RESERVING = (S.PENDING_VERIFICATION, S.PENDING_ADVISOR, S.PENDING, S.PROCESSED)
# Each way has its currency; a wire and a check take any.
CURRENCY_OF = {
    FundingMethod.ACH: "USD",
    FundingMethod.EFT: "CAD",
    FundingMethod.SEPA: "EUR",
    FundingMethod.BILLPAY: "USD",
}
BY_ACH = (FundingMethod.ACH, FundingMethod.EFT)

FUND_THE_MASTER = gettext_noop("Fund the STL master account; money reaches a sub account by a transfer from it.")
ONE_OWNER = gettext_noop("Money and positions move only between accounts of the same owner and title.")


class FundingProblem(ValueError):
    """Why money cannot move like this; `sentence` says it in words."""

    def __init__(self, msgid: str, **params: object) -> None:
        super().__init__(msgid % params if params else msgid)
        self.sentence = Sentence(msgid, params)

    @classmethod
    def of(cls, sentence: Sentence) -> "FundingProblem":
        """From a sentence that another rule has said."""
        return cls(sentence.msgid, **sentence.params)


class WrongNumber(FundingProblem):
    """A number that confirms nothing; the caller counts it."""


class FundingConflict(FundingProblem):
    """It stands where this cannot be done any more."""


class FundingLater(FundingProblem):
    """A limit of the moment: the same may be asked for again a little later."""


class TooManyNumbers(FundingLater, FundingConflict):
    """A person was mailed as many numbers as one hour allows."""


def check_step(before: str, after: str) -> None:
    """Raises FundingConflict for a step that is none."""
    if after not in NEXT.get(before, ()):
        raise FundingConflict(gettext_noop("It has gone too far for this: read how it stands now."))


def resend_from(asked_at: datetime, numbered_at: datetime) -> datetime:
    """From when another number may be mailed: the wait grows with each, so that the first hour has five of them."""
    return numbered_at + min(max(RESEND_AFTER, 2 * (numbered_at - asked_at)), LONGEST_RESEND)


def hold_end(*, amount: Decimal, available: Decimal, at: datetime, days: Calendar) -> datetime:
    """Until when a client's withdrawal waits for its advisor: 72 hours above 80%, else the start of the next business
    day in New York."""
    if amount > LARGE * available:
        # Hours, and not the same time of the day: the clocks may change meanwhile.
        return at.astimezone(UTC) + LONG_HOLD
    return datetime.combine(days.next(exchange_day(at)), time(0), EXCHANGE_ZONE)


def internal_problem(payer: Account, payee: Account, *, subs_pay_each_other: bool, is_one_owner: bool) -> str:
    """Why cash may not go from one account to another inside the firm; "" where it may."""
    if payer.pk == payee.pk:
        return gettext_noop("Choose two different accounts.")
    group = (payer.stl_id or payer.pk) == (payee.stl_id or payee.pk)
    if payer.practice_id != payee.practice_id:
        return gettext_noop("Money and positions move only between accounts of one advisor.")
    kinds = {payer.kind, payee.kind}
    if kinds == {Kind.STL_MASTER, Kind.STL_SUB} and group:
        return ""
    if kinds == {Kind.STL_SUB}:
        if group and subs_pay_each_other:
            return ""
        return gettext_noop("Sub accounts do not pay each other; move it to the STL master account first.")
    if not kinds <= set(HOLDING_KINDS):
        return gettext_noop("From a master account money goes to a client only as a reimbursement of fees.")
    if kinds == {Kind.CLIENT} and is_one_owner and payer.title == payee.title:
        return ""
    return ONE_OWNER


def method_problem(kind: str, method: str, currency: str) -> str:
    """Why a way does not fit; "" where it does."""
    if kind == FundingKind.INTERNAL or method not in FundingMethod.values or method == FundingMethod.INTERNAL:
        return gettext_noop("Choose a method.")
    if kind == FundingKind.DEPOSIT and method == FundingMethod.BILLPAY:
        return gettext_noop("Choose a method.")
    wanted = CURRENCY_OF.get(FundingMethod(method), currency)
    return "" if wanted == currency else gettext_noop("%(method)s moves %(currency)s only.")


def bank_problem(method: str, code: str, number: str) -> str:
    """What is wrong with the numbers of a bank account; "" where nothing is."""
    if method == FundingMethod.SEPA:
        if code and not _is_bic(code):
            return gettext_noop("That is no BIC; for SEPA none is needed.")
        return "" if _is_iban(number) else gettext_noop("That is no IBAN: its check digits do not fit.")
    if method == FundingMethod.BILLPAY:
        fits = re.fullmatch(r"[0-9A-Z][0-9A-Z-]{0,33}", number)
        return "" if fits else gettext_noop("A customer number has 1 to 34 digits, letters or hyphens.")
    if not re.fullmatch(r"[0-9A-Z][0-9A-Z-]{3,33}", number):
        return gettext_noop("An account number has 4 to 34 digits, letters or hyphens.")
    if method == FundingMethod.ACH:
        return "" if _is_routing(code) else gettext_noop("A routing number has nine digits, the last of which fits.")
    if method == FundingMethod.EFT:
        fits = re.fullmatch(r"[0-9]{8,9}", code)
        return "" if fits else gettext_noop("A Canadian transit and institution number has eight or nine digits.")
    return (
        "" if _is_bic(code) or _is_routing(code) else gettext_noop("A wire needs the bank's BIC or its routing number.")
    )


def _is_bic(code: str) -> bool:
    return re.fullmatch(r"[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?", code) is not None


def _is_iban(number: str) -> bool:
    if not re.fullmatch(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}", number):
        return False
    turned = "".join(str(int(sign, 36)) for sign in number[4:] + number[:4])
    return int(turned) % 97 == 1


def _is_routing(code: str) -> bool:
    if not re.fullmatch(r"[0-9]{9}", code):
        return False
    weights = (3, 7, 1) * 3
    return sum(int(digit) * weight for digit, weight in zip(code, weights, strict=True)) % 10 == 0
