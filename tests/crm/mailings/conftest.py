"""Alice with her client book unlocked, and three people to write to."""

import pytest

from tests.crm.contacts.test_contacts import added
from tests.crm.vault.people import begun, unlock


@pytest.fixture
def alice(world, browse):
    browser = browse("alice")
    begun(browser)
    unlock(browser)
    return browser


@pytest.fixture
def three(alice):
    """Ana and Bo with an address, Cy with none."""
    return [
        added(alice, email="ana@example.org"),
        added(alice, first_name="Bo", name="Lee", email="bo@example.org"),
        added(alice, first_name="Cy", name="Abel"),
    ]
