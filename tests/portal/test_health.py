"""The health page tells a load balancer whether to send visitors here, and nothing more."""

import pytest
from django.core.cache import cache
from django.db import OperationalError
from redis.exceptions import ConnectionError as CacheLost

from portal import health


@pytest.mark.django_db
def test_well(client):
    answer = client.get("/health")

    assert (answer.status_code, answer.content) == (200, b"well\n")


@pytest.mark.django_db
@pytest.mark.parametrize("fault", [OperationalError("secret host"), CacheLost("secret host")])
def test_unwell_says_no_more(client, monkeypatch, fault):
    def fails(*_, **__):
        raise fault

    if isinstance(fault, CacheLost):
        monkeypatch.setattr(cache, "get", fails)
    else:
        monkeypatch.setattr(health.connection, "cursor", fails)
    answer = health.health(None)

    assert (answer.status_code, answer.content) == (503, b"unwell\n")
