"""What goes into the engine and what comes out: frozen values, with no behaviour beyond reading them."""

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal, NamedTuple, Protocol

from portal.lib.periods import Frequency, Period
from portal.lib.words import Sentence

Mode = Literal["marginal", "whole_balance"]
MARGINAL: Mode = "marginal"
WHOLE_BALANCE: Mode = "whole_balance"


class Range(NamedTuple):
    """One range of a blended fee: the annual `rate` on values above `low` up to `high` (None: without end)."""

    low: Decimal
    high: Decimal | None
    rate: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What was agreed for one component of a schedule, from `starts` until `ends` (not included; None: still).

    Rates are fractions of a year: Decimal("0.010000") is 1 % a year.  `component` is the row that holds the agreement.
    `more` is what methods on results, trades and funds agree beyond a rate: a value of their module, None for others.
    """

    method: int
    starts: date
    ends: date | None = None
    component: int = 0
    rate: Decimal | None = None
    flat: Decimal | None = None
    ranges: tuple[Range, ...] = ()
    mode: Mode = MARGINAL
    more: Hashable = None

    def covers(self, day: date) -> bool:
        """Whether the half-open period holds the day."""
        return self.starts <= day and (self.ends is None or day < self.ends)


class NavPoint(NamedTuple):
    """The net liquidation value of an account at the close of a day, in its base currency."""

    day: date
    nlv: Decimal


class Line(NamedTuple):
    """What one day costs: `amount` is `base` times `rate` over 252, to 8 decimals."""

    base: Decimal
    rate: Decimal
    amount: Decimal


class Accrual(NamedTuple):
    """A day's line under the component that made it."""

    day: date
    base: Decimal
    rate: Decimal
    amount: Decimal
    component: int


class Segment(NamedTuple):
    """A stretch of a period-end fee under one component: its business days and what it would cost a whole year."""

    component: int
    rate: Decimal
    days: int
    annual: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """One posted line: a method's fee for one period, with everything it was made from.

    An accrued method has `accruals`; a period-end method has `closing` and `segments`.
    """

    method: int
    period: Period
    currency: str
    exact: Decimal
    amount: Decimal
    accruals: tuple[Accrual, ...] = ()
    closing: NavPoint | None = None
    segments: tuple[Segment, ...] = ()


class Problem(NamedTuple):
    """Why terms are refused: the form field, a stable key for machines, the sentence for people."""

    field: str
    key: str
    sentence: Sentence


class Kin(NamedTuple):
    """Methods that charge the same thing: an account pays at most one of them; `refusal` says so to who adds two."""

    name: str
    refusal: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """One way to charge.  `code` is stored in rows for ever; `name` is the broker's word for it."""

    code: int
    name: str
    family: str
    kin: Kin
    label: str
    title: str
    frequency: Frequency
    at_period_end: bool = False

    @property
    def accrues(self) -> bool:
        """Whether each business day makes a line, which the charge of the period adds up."""
        return not self.at_period_end


class Family(Protocol):
    """What a family module offers.

    `annual` and `rate` are asked only for values above zero (see `accrual`); `yearly` is what `annual` answered.
    SHARE_WORDS tells how a day is charged, DAY_WORDS one day's sum.  The SQL_ texts read `s` and `n` (see `sql`).
    """

    FAMILY: str
    TITLE: str
    SHARE_WORDS: str
    DAY_WORDS: str
    SQL_ANNUAL: str
    SQL_BASE: str
    SQL_RATE: str

    # Read-only, so that a module's tuple of any length fits.
    @property
    def METHODS(self) -> tuple[Method, ...]:
        """The methods of the family, each with its code."""
        ...

    def validate(self, terms: Terms) -> list[Problem]:
        """What keeps terms from being agreed; empty where nothing does."""
        ...

    def annual(self, terms: Terms, nlv: Decimal) -> Decimal:
        """The fee of a whole year at a value, in the account's currency, not rounded."""
        ...

    def base(self, terms: Terms, nlv: Decimal) -> Decimal:
        """What the fee is worked out on, with 4 decimals."""
        ...

    def rate(self, terms: Terms, nlv: Decimal, yearly: Decimal) -> Decimal:
        """The yearly rate that was applied, as a fraction with 6 decimals."""
        ...

    def columns(self, terms: Terms) -> dict[str, Decimal]:
        """The flattened columns of the row that the night joins, by name."""
        ...

    def words(self, terms: Terms) -> list[Sentence]:
        """The terms in sentences."""
        ...
