"""Percent of net liquidation value: the same annual rate on the whole value.  See docs/money/percent-of-nlv.md."""

from decimal import Decimal

from fees.engine.arithmetic import CONTEXT, as_base, as_rate
from fees.engine.limits import NLV, check_period, check_rate, check_unused
from fees.engine.types import Method, Problem, Terms
from portal.lib.periods import Frequency
from portal.lib.words import Sentence, gettext_noop

FAMILY = "percent"
LABEL = gettext_noop("Percentage of Assets Fee")

TITLE = gettext_noop("Percent of value")

METHODS = (
    Method(
        code=1,
        name="PERCENTOFEQUITY",
        family=FAMILY,
        kin=NLV,
        label=LABEL,
        title=gettext_noop("Percent of net liquidation value, daily"),
        frequency=Frequency.DAILY,
    ),
    Method(
        code=2,
        name="PERCENTOFEQUITY_MONTHLY",
        family=FAMILY,
        kin=NLV,
        label=LABEL,
        title=gettext_noop("Percent of net liquidation value, monthly"),
        frequency=Frequency.MONTHLY,
    ),
    Method(
        code=3,
        name="PERCENTOFEQUITY_QUARTERLY",
        family=FAMILY,
        kin=NLV,
        label=LABEL,
        title=gettext_noop("Percent of net liquidation value, quarterly"),
        frequency=Frequency.QUARTERLY,
    ),
    Method(
        code=4,
        name="PERCENTOFEQUITY_EOM",
        family=FAMILY,
        kin=NLV,
        label=LABEL,
        title=gettext_noop("Percent of net liquidation value at the end of the month"),
        frequency=Frequency.MONTHLY,
        at_period_end=True,
    ),
    Method(
        code=5,
        name="PERCENTOFEQUITY_EOQ",
        family=FAMILY,
        kin=NLV,
        label=LABEL,
        title=gettext_noop("Percent of net liquidation value at the end of the quarter"),
        frequency=Frequency.QUARTERLY,
        at_period_end=True,
    ),
)

SHARE_WORDS = gettext_noop(
    "Each business day costs the account's closing value × the annual rate ÷ 252, the business days of a billing year."
)
DAY_WORDS = gettext_noop("%(day)s: %(base)s × %(percent)s %% ÷ 252 = %(amount)s.")

SQL_ANNUAL = "n.nlv * s.rate"
SQL_BASE = "n.nlv"
SQL_RATE = "s.rate"


def validate(terms: Terms) -> list[Problem]:
    """What keeps these terms from being agreed; empty where nothing does."""
    return check_rate(terms.rate, field="rate") + check_unused(terms, used="rate") + check_period(terms)


def annual(terms: Terms, nlv: Decimal) -> Decimal:
    """Value times the yearly rate, in the account's currency, not rounded."""
    return CONTEXT.multiply(nlv, _agreed(terms))


def base(terms: Terms, nlv: Decimal) -> Decimal:
    """What the fee is worked out on: the value of the day, with 4 decimals."""
    return as_base(nlv)


def rate(terms: Terms, nlv: Decimal, yearly: Decimal) -> Decimal:
    """The agreed yearly rate as a fraction, with 6 decimals."""
    return as_rate(_agreed(terms))


def columns(terms: Terms) -> dict[str, Decimal]:
    """The flattened columns of the row that the night joins, by name."""
    return {"rate": _agreed(terms)}


def words(terms: Terms) -> list[Sentence]:
    """The terms in sentences, for the proof and the form."""
    msgid = gettext_noop("The agreed fee is %(percent)s %% a year of the account's net liquidation value.")
    return [Sentence(msgid, {"percent": _agreed(terms) * 100})]


def _agreed(terms: Terms) -> Decimal:
    if terms.rate is None:
        raise ValueError("terms of a percentage fee carry a rate")
    return terms.rate
