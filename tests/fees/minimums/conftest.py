"""Fixtures of allocation minimums."""

import pytest

from tests.fees.invoicing.conftest import password_field
from tests.fees.posting.nights import Nights

__all__ = ["password_field"]


@pytest.fixture
def nights(world):
    return Nights(world)
