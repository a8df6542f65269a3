"""The health page tells a load balancer whether to send visitors here, and nothing more."""

import pytest
from django.core.cache import cache
from django.db import connections
from redis.exceptions import ConnectionError as CacheLost


@pytest.mark.django_db
def test_well(client):
    answer = client.get("/health")

    assert (answer.status_code, answer.content) == (200, b"well\n")


def test_without_a_database_it_is_unwell_and_says_no_more(client, own_database, django_db_blocker):
    """A visitor with a session, and no server behind the address that the settings name."""
    client.cookies["session"] = "whatever"
    connections["default"].close()
    port = connections["default"].settings_dict["PORT"]
    connections["default"].settings_dict["PORT"] = "9"
    try:
        with django_db_blocker.unblock():
            answer = client.get("/health")
    finally:
        connections["default"].settings_dict["PORT"] = port

    assert (answer.status_code, answer.content) == (503, b"unwell\n")


@pytest.mark.django_db
def test_without_a_cache_it_is_unwell(client, monkeypatch):
    def fails(*_, **__):
        raise CacheLost("secret host")

    monkeypatch.setattr(cache, "get", fails)
    answer = client.get("/health")

    assert (answer.status_code, answer.content) == (503, b"unwell\n")
