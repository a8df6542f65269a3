"""Short ways to say what was agreed, for the engine's tests: a calendar, terms, and closing values."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from fees.engine.registry import BY_NAME
from fees.engine.types import MARGINAL, Mode, NavPoint, Range, Terms
from portal.lib.business_days import Calendar, nyse
from portal.lib.periods import Period

NEW_YORK = Calendar((day for day, _ in nyse(2024, 2026)), years=(2024, 2026))
LONG_AGO = date(2024, 1, 1)

SEPTEMBER_2025 = Period(date(2025, 9, 1), date(2025, 10, 1))
THIRD_QUARTER_2025 = Period(date(2025, 7, 1), date(2025, 10, 1))
SECOND_QUARTER_2024 = Period(date(2024, 4, 1), date(2024, 7, 1))


def code(name: str) -> int:
    return BY_NAME[name].code


def percent(
    rate: str, name: str = "PERCENTOFEQUITY", *, starts: date = LONG_AGO, ends: date | None = None, component: int = 1
) -> Terms:
    return Terms(method=code(name), rate=Decimal(rate), starts=starts, ends=ends, component=component)


def flat(
    amount: str, name: str = "ANNUALFLATFEE", *, starts: date = LONG_AGO, ends: date | None = None, component: int = 1
) -> Terms:
    return Terms(method=code(name), flat=Decimal(amount), starts=starts, ends=ends, component=component)


def blended(
    steps: Iterable[tuple[str, str]],
    name: str = "BLENDEDPERCENTOFEQUITY",
    *,
    mode: Mode = MARGINAL,
    starts: date = LONG_AGO,
    ends: date | None = None,
    component: int = 1,
) -> Terms:
    """Ranges from (where each starts, its rate)."""
    lows = [(Decimal(low), Decimal(rate)) for low, rate in steps]
    highs = [low for low, _ in lows[1:]]
    ranges = tuple(Range(low, high, rate) for (low, rate), high in zip(lows, [*highs, None], strict=True))
    return Terms(method=code(name), ranges=ranges, mode=mode, starts=starts, ends=ends, component=component)


def closes(period: Period, *runs: tuple[int, str]) -> list[NavPoint]:
    """Closing values of the period's business days: so many days at this value, then so many at that."""
    values = [Decimal(value) for count, value in runs for _ in range(count)]
    return [NavPoint(day, nlv) for day, nlv in zip(NEW_YORK.between(*period), values, strict=True)]


def always(period: Period, value: str) -> list[NavPoint]:
    return [NavPoint(day, Decimal(value)) for day in NEW_YORK.between(*period)]
