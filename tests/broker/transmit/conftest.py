"""A night that has moved money: Ana pays 1.00 a day to the top level, Chidi 2.00 a day to Bright below it."""

from datetime import date

import pytest

from tests.fees.posting.nights import Nights, figures

FIRST, DAY, NEXT = date(2025, 9, 30), date(2025, 10, 1), date(2025, 10, 2)
ANA, CHIDI, TOP, BRIGHT = "U1000001", "U2000001", "F100001", "F200002"


@pytest.fixture
def told(world, settings, tmp_path) -> Nights:
    """Nights up to the one that has posted the fees of the first day; files go to a folder of the test."""
    settings.INSTRUCTIONS_URL = tmp_path.as_uri()
    nights = Nights(world)
    nights.agree(ANA, figures("ANNUALFLATFEE", flat="252"), starts=FIRST)
    nights.agree(CHIDI, figures("ANNUALFLATFEE", flat="504"), starts=FIRST)
    for number in (ANA, CHIDI):
        nights.values(number, "100000", FIRST, NEXT)
    nights.nights(FIRST, DAY)
    return nights
