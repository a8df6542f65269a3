"""Nights in which somebody plants a difference."""

import pytest

from tests.fees.posting.nights import Nights


@pytest.fixture
def nights(world):
    return Nights(world)
