"""People of these tests confirm what decides over keys; that it is asked stands in test_confirmed."""

import pytest
from django.test import Client

from tests.world import PASSWORD


@pytest.fixture
def browse(world):
    """As everywhere, with the sign-in's password in each request."""

    def sign_in(name):
        client = Client(raise_request_exception=False, headers={"Confirm-Password": PASSWORD} if name else {})
        if name:
            client.force_login(world.users[name])
        return client

    return sign_in
