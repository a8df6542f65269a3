"""Ana has paid 12,000.00 in one night, as in the published example: flat 3,024,000 a year ÷ 252."""

from datetime import date

import pytest

from tests.fees.invoicing.conftest import Desk, at, password_field
from tests.fees.posting.nights import figures

FIRST, DAY, NEXT = date(2025, 9, 30), date(2025, 10, 1), date(2025, 10, 2)
WEEK_LATER = date(2025, 10, 9)
ANA, CHIDI = "U1000001", "U2000001"

__all__ = ["ANA", "CHIDI", "DAY", "FIRST", "NEXT", "WEEK_LATER", "at", "password_field"]


@pytest.fixture
def paid(world, as_role, settings, tmp_path) -> Desk:
    settings.INSTRUCTIONS_URL = tmp_path.as_uri()
    desk = Desk(world, as_role)
    # In force for one day, so that nothing more is taken afterwards.
    desk.agree(ANA, figures("ANNUALFLATFEE", flat="3024000"), starts=FIRST, ends=DAY)
    for number in (ANA, CHIDI):
        desk.values(number, "10000000", FIRST, WEEK_LATER)
    desk.nights(FIRST, DAY)
    return desk
