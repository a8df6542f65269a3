"""How closely holdings follow what somebody values: scores, conflicts, what a swap would change. No rows, no pages."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from itertools import starmap

from portal.lib.money import CONTEXT, round_display
from portal.lib.words import gettext_noop

IMPORTANCE = (1, 2, 3)
LEAST, MOST = Decimal(0), Decimal(10)
# A holding below it is shown with alternatives, as one in conflict is.
LOW = Decimal(5)
LIFETIME = timedelta(days=30)
LONGEST_HOW = 120
HUNDRED = Decimal(100)


@dataclass(frozen=True)
class Wishes:
    """The values that somebody supports, with how important each is, and the practices to avoid."""

    values: Mapping[str, int] = field(default_factory=dict)
    avoided: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Rated:
    """What a file says of one security: a score for each value that it knows, and the practices found."""

    key: int
    scores: Mapping[str, Decimal]
    flags: frozenset[str]


@dataclass(frozen=True)
class Part:
    """A long position: what it is worth in the account's currency, and its score where it has one."""

    value: Decimal
    score: Decimal | None


@dataclass(frozen=True)
class Portfolio:
    """The score of the holdings together, and how much of their value it speaks of."""

    score: Decimal | None
    scored: Decimal
    total: Decimal

    @property
    def coverage(self) -> Decimal | None:
        """The scored part of the value in percent; None where nothing is held."""
        return CONTEXT.divide(self.scored * HUNDRED, self.total) if self.total else None


def score_of(wishes: Wishes, scores: Mapping[str, Decimal]) -> Decimal | None:
    """The mean of the chosen values' scores, weighted by importance; None where none of them has one."""
    weights = {code: weight for code, weight in wishes.values.items() if code in scores}
    whole = sum(weights.values())
    if not whole:
        return None
    weighted = sum((scores[code] * weight for code, weight in weights.items()), Decimal(0))
    return CONTEXT.divide(weighted, Decimal(whole))


def conflicts(wishes: Wishes, flags: Iterable[str]) -> tuple[str, ...]:
    """The practices to avoid that a security was flagged for, whatever its score."""
    return tuple(sorted(wishes.avoided.intersection(flags)))


def portfolio(parts: Iterable[Part]) -> Portfolio:
    """The mean of the scores, weighted by market value, over the parts that have one."""
    every = list(parts)
    scored = [(one.value, one.score) for one in every if one.score is not None]
    covered = sum((value for value, _score in scored), Decimal(0))
    total = sum((one.value for one in every), Decimal(0))
    weighted = sum(starmap(CONTEXT.multiply, scored), Decimal(0))
    return Portfolio(CONTEXT.divide(weighted, covered) if covered else None, covered, total)


def swapped(parts: Sequence[Part], place: int, score: Decimal) -> Portfolio:
    """The portfolio with the part at that place sold for a security of that score, at the same value."""
    changed = [Part(one.value, score) if at == place else one for at, one in enumerate(parts)]
    return portfolio(changed)


def is_low(score: Decimal | None) -> bool:
    """Whether a score, as it is shown, is below the middle."""
    return score is not None and round_display(score) < LOW


def check(
    wishes: Wishes, *, values: Iterable[str], practices: Iterable[str], said_on: date, today: date, how: str
) -> dict[str, str]:
    """What is wrong with an answer, by field, as messages; `values` and `practices` may be chosen."""
    problems: dict[str, str] = {}
    if not wishes.values and not wishes.avoided:
        problems["values"] = gettext_noop("Choose at least one value or practice.")
    if not set(wishes.values) <= set(values) or not set(wishes.values.values()) <= set(IMPORTANCE):
        problems["values"] = gettext_noop("Choose values of the list, each with an importance of 1 to 3.")
    if not wishes.avoided <= set(practices):
        problems["avoided"] = gettext_noop("Choose practices of the list.")
    if not today - timedelta(days=366) <= said_on <= today:
        problems["said_on"] = gettext_noop("The day lies in the future, or more than a year ago.")
    if len(how) > LONGEST_HOW:
        problems["how"] = gettext_noop("At most 120 characters.")
    return problems
