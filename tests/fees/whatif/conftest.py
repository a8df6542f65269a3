"""A quarter of known values for three clients of two advisors, sealed."""

from datetime import date

import pytest

from accounts.ground.runs.models import Run, Seal
from tests.fees.posting.nights import Nights, figures

ANA, CHIDI, SAM = "U1000001", "U2000001", "I4000001"
FIRST, SEALED = date(2025, 7, 1), date(2025, 9, 30)


@pytest.fixture
def nights(world):
    return Nights(world)


@pytest.fixture
def quarter(world, nights):
    """Ana pays 1 % at month's end: 250,000 is billed 218.25, 208.33 and 208.33. The others pay nothing."""
    nights.agree(ANA, figures("PERCENTOFEQUITY_EOM", rate="0.01"), starts=FIRST)
    for number, nlv in ((ANA, "250000"), (CHIDI, "100000"), (SAM, "500000")):
        nights.values(number, nlv, FIRST, SEALED)
    for month_end in (date(2025, 7, 31), date(2025, 8, 29), SEALED):
        nights.accrue(month_end)
        nights.close(month_end)
    run = Run.unscoped.get(day=SEALED)
    for number in ("F100001", "F900001"):
        counted = {"billable": 0, "billed": 0, "zero": 0, "held": 0}
        Seal.unscoped.create(firm_id=world[number].firm_id, day=SEALED, run=run, digest="0" * 64, **counted)
    return world
