"""The paths of a goal as a drawing: points of lines in a box, and the words beside them. No rows, no pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

WIDTH, HEIGHT, AIR = 640, 240, 6
MONTHS = 12


@dataclass(frozen=True)
class Row:
    """One point in time, for the table behind the drawing."""

    day: date
    low: Decimal
    middle: Decimal
    high: Decimal


@dataclass(frozen=True)
class Chart:
    """A drawing of `WIDTH` by `HEIGHT`: the band between the outer paths, the middle one, the day of the goal."""

    band: str
    middle: str
    goal_x: str
    needed_y: str
    top: Decimal
    ticks: tuple[date, ...]
    rows: tuple[Row, ...]
    at_goal: Row


def chart_of(outcome: dict[str, Any], begins: Decimal, ran_on: date) -> Chart:
    """The drawing of a stored outcome."""
    months = (0, *outcome["months"])
    low, middle, high = ((begins, *map(Decimal, outcome[name])) for name in ("low", "middle", "high"))
    needed = Decimal(outcome["needed"])
    top = max(*high, needed, Decimal(1))
    last = months[-1]

    def at(month: int, value: Decimal) -> str:
        return f"{WIDTH * month / last:.1f},{_height(value, top)}"

    def line(values: Sequence[Decimal]) -> list[str]:
        return [at(month, value) for month, value in zip(months, values, strict=True)]

    rows = [Row(_after(ran_on, month), *values) for month, *values in zip(months, low, middle, high, strict=True)]
    return Chart(
        band=" ".join([*line(high), *reversed(line(low))]),
        middle=" ".join(line(middle)),
        goal_x=f"{WIDTH * outcome['first'] / last:.1f}",
        needed_y=_height(min(needed, top), top),
        top=top,
        ticks=tuple(_after(ran_on, month) for month in (0, last // 2, last)),
        rows=tuple(rows),
        at_goal=rows[months.index(outcome["first"])],
    )


def _height(value: Decimal, top: Decimal) -> str:
    return f"{AIR + (HEIGHT - 2 * AIR) * (1 - value / top):.1f}"


def _after(day: date, months: int) -> date:
    """The first of the month that many months later."""
    year, month = divmod(day.year * MONTHS + day.month - 1 + months, MONTHS)
    return date(year, month + 1, 1)
