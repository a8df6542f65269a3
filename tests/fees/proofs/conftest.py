"""A month-end fee and a daily fee of Ana, sealed."""

from datetime import date

import pytest

from tests.fees.posting.nights import Nights, figures

ANA = "U1000001"


@pytest.fixture
def nights(world):
    return Nights(world)


@pytest.fixture
def month_end(nights):
    """The worked case D01: 208.33 for September 2025."""
    nights.agree(ANA, figures("PERCENTOFEQUITY_EOM", rate="0.01"), starts=date(2025, 9, 1))
    nights.value(ANA, date(2025, 9, 30), "250000")
    nights.night(date(2025, 9, 30))
    return nights.charge(ANA)


@pytest.fixture
def accrued(nights):
    """The worked case D07: 110.48 for September 2025 over two values."""
    nights.agree(ANA, figures("PERCENTOFEQUITY_MONTHLY", rate="0.012"), starts=date(2025, 9, 1))
    nights.values(ANA, "100000", date(2025, 9, 2), date(2025, 9, 15))
    nights.values(ANA, "120000", date(2025, 9, 16), date(2025, 9, 30))
    for day in nights.days(date(2025, 9, 2), date(2025, 9, 29)):
        nights.accrue(day)
        nights.seal(day)
    nights.night(date(2025, 9, 30))
    return nights.charge(ANA)
