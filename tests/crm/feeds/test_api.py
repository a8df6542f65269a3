"""Calendar addresses over the API: told once, one's own, dead when they are ended."""

import json

import pytest

from crm.feeds.models import Feed
from tests.crm.vault.people import begun, unlock

API = "/api/v1/calendar-addresses/"


@pytest.fixture
def alice(world, browse):
    browser = browse("alice")
    begun(browser)
    unlock(browser)
    return browser


def make(browser, **said):
    return browser.post(API, json.dumps(said), content_type="application/json")


def test_an_address_is_made_told_once_and_ended(alice, client):
    answer = make(alice, is_full=True)
    assert answer.status_code == 201, answer.content
    made = answer.json()
    path = made["address"].partition("/calendar/")[2]
    assert client.get(f"/calendar/{path}").status_code == 200
    (listed,) = alice.get(API).json()
    assert listed["id"] == made["id"] and listed["is_full"] is True and "address" not in listed

    assert alice.delete(f"{API}{made['id']}/").status_code == 204

    assert alice.get(API).json() == []
    assert client.get(f"/calendar/{path}").status_code == 404
    assert alice.delete(f"{API}{made['id']}/").status_code == 404


def test_nobody_else_lists_or_ends_it(alice, browse, client):
    made = make(alice).json()
    bob = browse("bob")
    begun(bob)
    unlock(bob)
    assert bob.get(API).json() == []
    assert bob.delete(f"{API}{made['id']}/").status_code == 404
    assert client.get(API).status_code in (401, 403)
    assert browse("alice").get(API).status_code == 403
    assert Feed.unscoped.get().ended_at is None
