"""Flat fee: an annual amount, spread over business days.  See docs/money/flat.md."""

from decimal import Decimal

from fees.engine.arithmetic import as_base, as_rate
from fees.engine.limits import check_amount, check_period, check_unused
from fees.engine.types import Kin, Method, Problem, Terms
from portal.lib.periods import Frequency
from portal.lib.words import Sentence, gettext_noop

FAMILY = "flat"
LABEL = gettext_noop("Flat Fee")
KIN = Kin("flat", gettext_noop("Agree at most one flat fee."))

TITLE = gettext_noop("Flat fee")

METHODS = (
    Method(
        code=21,
        name="ANNUALFLATFEE",
        family=FAMILY,
        kin=KIN,
        label=LABEL,
        title=gettext_noop("Flat fee, daily"),
        frequency=Frequency.DAILY,
    ),
    Method(
        code=22,
        name="ANNUALFLATFEE_MONTHLY",
        family=FAMILY,
        kin=KIN,
        label=LABEL,
        title=gettext_noop("Flat fee, monthly"),
        frequency=Frequency.MONTHLY,
    ),
    Method(
        code=23,
        name="ANNUALFLATFEE_QUATERLY",  # the broker's spelling; a corrected one would not be recognised there
        family=FAMILY,
        kin=KIN,
        label=LABEL,
        title=gettext_noop("Flat fee, quarterly"),
        frequency=Frequency.QUARTERLY,
    ),
)

WHOLE = Decimal(1)

SHARE_WORDS = gettext_noop("Each business day costs the annual amount ÷ 252, the business days of a billing year.")
DAY_WORDS = gettext_noop("%(day)s: %(base)s ÷ 252 = %(amount)s.")

SQL_ANNUAL = "s.flat"
SQL_BASE = "s.flat"
SQL_RATE = "1.000000"


def validate(terms: Terms) -> list[Problem]:
    """What keeps these terms from being agreed; empty where nothing does."""
    return check_amount(terms.flat, field="flat") + check_unused(terms, used="flat") + check_period(terms)


def annual(terms: Terms, nlv: Decimal) -> Decimal:
    """The agreed amount a year in the account's currency, whatever the value."""
    return _agreed(terms)


def base(terms: Terms, nlv: Decimal) -> Decimal:
    """What the fee is worked out on: the agreed amount, with 4 decimals."""
    return as_base(_agreed(terms))


def rate(terms: Terms, nlv: Decimal, yearly: Decimal) -> Decimal:
    """The amount is agreed for the whole account: a rate of 1, with 6 decimals."""
    return as_rate(WHOLE)


def columns(terms: Terms) -> dict[str, Decimal]:
    """The flattened columns of the row that the night joins, by name."""
    return {"flat": _agreed(terms)}


def words(terms: Terms) -> list[Sentence]:
    """The terms in sentences, for the proof and the form."""
    msgid = gettext_noop("The agreed fee is %(flat)s a year.")
    return [Sentence(msgid, {"flat": _agreed(terms)})]


def _agreed(terms: Terms) -> Decimal:
    if terms.flat is None:
        raise ValueError("terms of a flat fee carry an amount")
    return terms.flat
