"""The back office at work: olga's browser, and rows in every table that she can list."""

import pytest

from tests.accounts.admin.rows import fill


@pytest.fixture
def filled(world):
    """The cast with one batch of rows everywhere."""
    fill(world, batch=1)
    return world
