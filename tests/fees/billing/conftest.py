"""Ana pays 1 % a year of 252,000 every business day, posted at the month's end: 10.00 a day by hand."""

from datetime import date

import pytest

from accounts.ground.access.context import as_role as role_of
from accounts.ground.people.models import Seat
from tests.fees.invoicing.conftest import SEPTEMBER, Desk, password_field
from tests.fees.posting.nights import figures

ANA, KEN = "U1000001", "U1000002"
FIRST, LAST, POSTS = date(2025, 10, 29), date(2025, 10, 31), date(2025, 11, 3)
__all__ = ["ANA", "KEN", "password_field"]


@pytest.fixture
def month(world, as_role) -> Desk:
    """Terms for the last three days of October and on; nobody's nights have been run yet."""
    desk = Desk(world, as_role)
    desk.agree(ANA, figures("PERCENTOFEQUITY_MONTHLY", rate="0.01"), starts=FIRST)
    desk.cap(ANA)
    desk.values(ANA, "100000", *SEPTEMBER)
    return desk


def night(desk: Desk, day: date) -> None:
    desk.value(ANA, day, "252000")
    desk.whole_night(day)


def second_person(month: Desk) -> None:
    """Frank is at Northgate again."""
    with role_of("owner"):
        Seat.unscoped.filter(pk=month.world.seats["frank"].pk).update(is_active=True, ended_at=None)
