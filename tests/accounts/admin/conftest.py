"""The back office at work: olga's browser, and rows in every table that she can list."""

import pytest
from django.test import Client

from tests.accounts.admin.rows import fill


@pytest.fixture
def office(world):
    """Olga, with errors of the server shown as they are."""
    client = Client()
    client.force_login(world.users["olga"])
    return client


@pytest.fixture
def filled(world):
    """The cast with one batch of rows everywhere."""
    fill(world, batch=1)
    return world
