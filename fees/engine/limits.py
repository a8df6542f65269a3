"""Checks that several methods share: what a stored rate, amount or period can hold."""

from decimal import Decimal

from fees.engine.types import Kin, Problem, Terms
from portal.lib.words import Sentence, gettext_noop

MAX_RATE = Decimal(1)
RATE_PLACES = 6
AMOUNT_PLACES = 4
# numeric(20,4): sixteen digits before the point.
AMOUNT_CEILING = Decimal(10) ** 16

NLV = Kin(
    "nlv",
    gettext_noop("Agree at most one percentage of net liquidation value, fixed or blended, at one frequency."),
)

PARAMETERS = ("rate", "flat", "ranges")


def problem(field: str, key: str, msgid: str, **params: object) -> Problem:
    """A refusal of the form field `field`: `key` for machines, an English message of the catalogue for people."""
    return Problem(field, key, Sentence(msgid, params))


def check_period(terms: Terms) -> list[Problem]:
    """Empty where the half-open period of the terms has a day in it."""
    if terms.ends is None or terms.starts < terms.ends:
        return []
    msgid = gettext_noop("The terms must end after they start on %(starts)s.")
    return [problem("ends", "ends_before_start", msgid, starts=terms.starts)]


def check_unused(terms: Terms, *, used: str) -> list[Problem]:
    """A parameter that the method would ignore was meant for something: refuse it rather than drop it."""
    msgid = gettext_noop("This method does not use this figure; leave it empty.")
    others = [name for name in PARAMETERS if name != used]
    return [problem(name, "not_used", msgid) for name in others if getattr(terms, name) not in (None, ())]


def check_rate(rate: Decimal | None, *, field: str, zero_allowed: bool = False) -> list[Problem]:
    """Problems of a yearly rate as a fraction (0.01 is 1 %): missing, below zero, above the limit, too many
    decimals.
    """
    if rate is None:
        return [problem(field, "required", gettext_noop("Enter an annual percentage."))]
    if not rate.is_finite():
        return [problem(field, "not_a_number", gettext_noop("Enter a number."))]
    if rate < 0 or (rate == 0 and not zero_allowed):
        return [problem(field, "too_low", gettext_noop("The annual percentage must be above zero."))]
    if rate > MAX_RATE:
        msgid = gettext_noop("The annual percentage may not be above %(percent)s %%.")
        return [problem(field, "too_high", msgid, percent=MAX_RATE * 100)]
    if decimal_places(rate) > RATE_PLACES:
        msgid = gettext_noop("Give the annual percentage with at most %(places)s decimal places.")
        return [problem(field, "too_fine", msgid, places=RATE_PLACES - 2)]
    return []


def check_share(share: Decimal | None, *, field: str, most: Decimal) -> list[Problem]:
    """A percentage that is not annual, as a fraction above zero and at most `most`."""
    if share is None:
        return [problem(field, "required", gettext_noop("Enter a percentage."))]
    if not share.is_finite():
        return [problem(field, "not_a_number", gettext_noop("Enter a number."))]
    if share <= 0:
        return [problem(field, "too_low", gettext_noop("The percentage must be above zero."))]
    if share > most:
        msgid = gettext_noop("The percentage may not be above %(percent)s %%.")
        return [problem(field, "too_high", msgid, percent=(most * 100).quantize(Decimal(1)))]
    if decimal_places(share) > RATE_PLACES:
        msgid = gettext_noop("Give the percentage with at most %(places)s decimal places.")
        return [problem(field, "too_fine", msgid, places=RATE_PLACES - 2)]
    return []


def check_amount(amount: Decimal | None, *, field: str) -> list[Problem]:
    """Problems of a yearly amount in the account's currency: missing, not above zero, or too long to be stored."""
    if amount is None:
        return [problem(field, "required", gettext_noop("Enter an annual amount."))]
    if not amount.is_finite():
        return [problem(field, "not_a_number", gettext_noop("Enter a number."))]
    if amount <= 0:
        return [problem(field, "too_low", gettext_noop("The amount must be above zero."))]
    if amount >= AMOUNT_CEILING:
        return [problem(field, "too_high", gettext_noop("The amount is larger than can be stored."))]
    if decimal_places(amount) > AMOUNT_PLACES:
        msgid = gettext_noop("Give the amount with at most %(places)s decimal places.")
        return [problem(field, "too_fine", msgid, places=AMOUNT_PLACES)]
    return []


def decimal_places(number: Decimal) -> int:
    """How many decimal places a number has; trailing zeros count for nothing."""
    exponent = number.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0
