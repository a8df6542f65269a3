"""Which months a what-if looks at, whom it can measure, and how its answers are grouped.  No rows are read here."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from fees.engine.registry import EVERY
from fees.engine.types import Problem
from fees.proposals.rules import Wanted
from fees.schedules.rules import Figures, listed_problems
from portal.lib.business_days import Calendar
from portal.lib.periods import Frequency, Period, last_business_day, monthly, period_of, previous_period
from portal.lib.words import Sentence, gettext_noop

MONTHS = 12
ONE_DAY = timedelta(days=1)
MOST_NUMBERS = 1000
# Where a fee changes by less than this many per cent of what was billed, and the last band has no end.
BANDS: tuple[int | None, ...] = (-50, -25, -10, 0, 10, 25, 50, None)

_HIGHEST = max(one for one in BANDS if one is not None)

# Why nothing can be said of an account.
NOT_OPEN = "not_open"
NO_VALUES = "no_values"
MISSING_DAYS = "missing_days"
NO_BEGIN = "no_begin"
NO_PRICE = "no_price"
NO_RATE = "no_rate"
NO_VALUATION = "no_valuation"
RESIDENCE = "residence"
REFUSALS = {
    NOT_OPEN: gettext_noop("The account is not open."),
    NO_VALUES: gettext_noop("No value of these months is known."),
    MISSING_DAYS: gettext_noop("The value of a business day is missing."),
    NO_BEGIN: gettext_noop("The value with which a period began is missing."),
    NO_PRICE: gettext_noop("A price of the benchmark is missing."),
    NO_RATE: gettext_noop("An exchange rate is missing."),
    NO_VALUATION: gettext_noop("What an investment in a hedge fund was worth is missing."),
    RESIDENCE: gettext_noop("A fee per trade unit is not available for residents of the United States."),
}


@dataclass(frozen=True)
class Window:
    """Whole months that are closed: what closes in them is compared."""

    starts: date
    ends: date
    days: Calendar

    @property
    def last_day(self) -> date:
        """The last calendar day inside."""
        return self.ends - ONE_DAY

    def periods(self, frequency: Frequency) -> list[Period]:
        """The periods that closed in these months, in their order; the first may have begun earlier."""
        found = []
        period = period_of(frequency, self.last_day)
        while period.ends > self.starts:
            closes = last_business_day(self.days, period)
            if closes is not None and self.starts <= closes < self.ends:
                found.append(period)
            period = previous_period(frequency, period)
        return found[::-1]

    def reads_from(self, components: Iterable[Figures]) -> date:
        """The first day whose value counts."""
        starts = [period.starts for one in components for period in self.periods(EVERY[one.method].frequency)[:1]]
        return min([self.starts, *starts])


def window(sealed: date, days: Calendar) -> Window:
    """The last twelve months of which every day is sealed."""
    month = monthly(sealed)
    if last_business_day(days, month) != sealed:
        month = previous_period(Frequency.MONTHLY, month)
    ends, starts = month.ends, month
    for _ in range(MONTHS - 1):
        starts = previous_period(Frequency.MONTHLY, starts)
    return Window(starts.starts, ends, days)


def problems(wanted: Wanted, starts: date) -> list[Problem]:
    """What is wrong with the terms that somebody wants to try; empty when they can be."""
    return listed_problems(wanted.strategy, wanted.components, starts)


def numbers_of(text: str) -> tuple[str, ...]:
    """Account numbers as people paste them: between spaces, commas or lines, each once."""
    return tuple(dict.fromkeys(text.upper().replace(",", " ").replace(";", " ").split()))[:MOST_NUMBERS]


def band_of(before: Decimal, after: Decimal) -> str:
    """Into which band an account falls: same, new (nothing was billed), or by how many per cent the fee changes."""
    if before == after:
        return "same"
    if before == 0:
        return "new"
    moved = (after - before) * 100 / before
    for upper in BANDS:
        if upper is None or moved < upper:
            return "more" if upper is None else str(upper)
    return "more"


def band_words(band: str) -> Sentence:
    """A band for people."""
    if band in ("same", "new", "more"):
        msgid = {
            "same": gettext_noop("No change"),
            "new": gettext_noop("Paid nothing before"),
            "more": gettext_noop("%(low)s %% more, or above"),
        }[band]
        return Sentence(msgid, {"low": _HIGHEST})
    upper = int(band)
    lower = _below(upper)
    if lower is None:
        return Sentence(gettext_noop("More than %(high)s %% less"), {"high": -upper})
    if upper <= 0:
        return Sentence(gettext_noop("%(low)s to %(high)s %% less"), {"low": -upper, "high": -lower})
    return Sentence(gettext_noop("%(low)s to %(high)s %% more"), {"low": lower, "high": upper})


def bands() -> list[str]:
    """All bands in the order of a chart, from least to most."""
    falling = [str(one) for one in BANDS if one is not None and one <= 0]
    rising = [str(one) for one in BANDS if one is not None and one > 0]
    return [*falling, "same", *rising, "more", "new"]


def _below(upper: int) -> int | None:
    edges: Sequence[int] = [one for one in BANDS if one is not None]
    place = edges.index(upper)
    return edges[place - 1] if place else None


@dataclass(frozen=True)
class Scope:
    """Whom the terms are tried on: everybody, the clients of one advisor, or chosen accounts."""

    practice: int | None = None
    numbers: tuple[str, ...] = ()

    def stored(self) -> dict[str, object]:
        """As a job keeps it."""
        return {"practice": self.practice, "numbers": list(self.numbers)}

    @classmethod
    def read(cls, kept: dict[str, Any]) -> "Scope":
        """As a job has kept it."""
        return cls(practice=kept["practice"], numbers=tuple(kept["numbers"]))
