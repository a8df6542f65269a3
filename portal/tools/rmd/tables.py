"""The three life expectancy tables that the IRS publishes for distributions from 2022 on; no rows, no pages.

The figures in `irs/` are those of 26 CFR 1.401(a)(9)-9 (b) Single Life, (c) Uniform Lifetime and (d) Joint and Last
Survivor (T.D. 9930), as IRS Publication 590-B prints them in its Appendix B. Look-alikes are in circulation: older
tables, a proposal, joint tables that know one age alone. So whatever is read is checked before it is used.
"""

import csv
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).with_name("irs")
FIRST_YEAR = 2022
YOUNGEST, OLDEST = 72, 120


class WrongTable(ValueError):
    """A file of figures that is not the IRS's."""


@dataclass(frozen=True)
class Tables:
    """Factors by age; whoever is older than the last row is read as that old."""

    uniform: dict[int, Decimal]
    single: dict[int, Decimal]
    joint: dict[tuple[int, int], Decimal]

    def uniform_at(self, age: int) -> Decimal:
        return self.uniform[_row(age)]

    def single_at(self, age: int) -> Decimal:
        return self.single[min(max(age, 0), OLDEST)]

    def joint_at(self, age: int, other: int) -> Decimal:
        return self.joint[_row(age), min(max(other, 0), OLDEST)]


@cache
def tables() -> Tables:
    """Read once and checked."""
    single = {int(age): Decimal(factor) for age, factor in _rows("single_2022.csv")}
    uniform = {int(age): Decimal(factor) for age, factor in _rows("uniform_2022.csv")}
    joint = {
        (int(age), other): Decimal(factor)
        for age, *factors in _rows("joint_2022.csv")
        for other, factor in enumerate(factors)
    }
    read = Tables(uniform, single, joint)
    check(read)
    return read


def check(read: Tables) -> None:
    """Every age is there, the tables agree where they must, and none is a look-alike. Raises WrongTable."""
    ages = range(YOUNGEST, OLDEST + 1)
    complete = (
        set(read.uniform) == set(ages)
        and set(read.single) == set(range(OLDEST + 1))
        and set(read.joint) == {(age, other) for age in ages for other in range(OLDEST + 1)}
    )
    if not complete:
        raise WrongTable("an age is missing, or there is one too many")
    for age in ages:
        if read.joint[age, age - 10] != read.uniform[age]:
            raise WrongTable(f"ten years younger than {age}, the joint table is not the uniform one")
        if read.joint[age, OLDEST] != read.single[age]:
            raise WrongTable(f"with somebody of {OLDEST}, the joint table at {age} is not the single one")
        if any(read.joint[age, other] != read.joint[other, age] for other in ages):
            raise WrongTable(f"the joint table at {age} depends on who is asked first")
    known = (read.uniform[75], read.single[72], read.joint[75, 64])
    if known != (Decimal("24.6"), Decimal("17.2"), Decimal("25.3")):
        raise WrongTable("figures of another year or of a proposal")


def _row(age: int) -> int:
    return min(max(age, YOUNGEST), OLDEST)


def _rows(name: str) -> list[list[str]]:
    with (FOLDER / name).open(newline="", encoding="ascii") as file:
        return list(csv.reader(file))[1:]
