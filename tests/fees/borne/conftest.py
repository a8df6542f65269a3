"""Fixtures of the broker's charges."""

import pytest

from tests.fees.posting.nights import Nights


@pytest.fixture
def nights(world):
    return Nights(world)
