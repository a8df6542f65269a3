"""Looking as another user marks nothing as read, and no page at all writes anything meanwhile."""

import pytest
from django.test import Client

from accounts.desk.messages.models import ThreadRead
from accounts.ground.notifications.models import NotificationRead
from tests.house import matrix, rights
from tests.house.scenery import dress

pytestmark = pytest.mark.django_db

LOOKED_AT = ("bob", "chidi", "sam")


def looking(world, other):
    client = Client(raise_request_exception=False)
    client.force_login(world.users["alice"])
    assert client.post("/seen-as/", {"seat": world.seats[other].pk, "name": other}).status_code == 302
    return client


def test_news_and_conversations_stay_unread(browse, world):
    dress(world)
    news, thread = world.rows["notification"]["U2000001"], world.rows["thread"]["U2000001"]
    NotificationRead.objects.all().delete()
    ThreadRead.objects.all().delete()
    client = looking(world, "bob")

    assert client.get(f"/notifications/{news}/").status_code == 200
    assert client.get(f"/messages/{thread}/").status_code == 200
    assert not NotificationRead.objects.exists()
    assert not ThreadRead.objects.exists()

    bob = browse("bob")
    bob.get(f"/notifications/{news}/")
    bob.get(f"/messages/{thread}/")
    assert NotificationRead.objects.get().user_id == world.users["bob"].pk
    assert ThreadRead.objects.get().user_id == world.users["bob"].pk


@pytest.mark.parametrize("other", LOOKED_AT)
def test_no_page_writes_anything(world, other):
    """Every address they can open and one that leads nowhere, as GET: pages and refusals, and no row has changed."""
    dress(world)
    client = looking(world, other)
    before, broken, tried = matrix.fingerprint_of_rows(), [], 0
    for route in matrix.portal_routes():
        for number, values in matrix.targets(world, route):
            if number not in (None, matrix.MISSING) and not rights.sees(other, number):
                continue
            address = route.url(**values)
            tried += 1
            if client.get(address).status_code >= 500:
                broken.append(address)

    assert broken == []
    assert tried > 200
    assert matrix.fingerprint_of_rows() == before
