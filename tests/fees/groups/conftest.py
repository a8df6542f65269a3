"""An STL group with values: its master I4000001 and the subs U4000001 and U4000002."""

from datetime import date

import pytest

from tests.fees.adjustments.conftest import Corrected

MASTER, ONE, TWO = "I4000001", "U4000001", "U4000002"


class Group(Corrected):
    """Nights of a group: values, flows and cash of its three accounts, in the order master, first sub, second sub."""

    def worth(self, day: date, *values: str | None, flows: tuple[str, str, str] = ("0", "0", "0")) -> None:
        for number, nlv, flow in zip((MASTER, ONE, TWO), values, flows, strict=True):
            if nlv is not None:
                self.value(number, day, nlv, flow)

    def worth_between(self, first: date, last: date, *values: str) -> None:
        for day in self.days(first, last):
            self.worth(day, *values)

    def has(self, day: date, *settled: str | None) -> None:
        for number, cash in zip((MASTER, ONE, TWO), settled, strict=True):
            if cash is not None:
                self.cash(number, day, cash)


@pytest.fixture
def group(world):
    return Group(world)
