"""Whose door the back office is: every address below /office/ is olga's alone, and there is no second way in."""

import pytest
from django.contrib import admin
from django.contrib.auth.models import AnonymousUser
from django.test import Client

from accounts.ground.access.gates import OFFICE
from accounts.ground.people.models import Seat, User
from tests.house.routes import routes
from tests.world import PASSWORD

ROUTES = [route for route in routes() if route.template.startswith("office/")]
VALUES = {
    "object_id": 1,
    "app_label": "accounts",
    "content_type_id": 1,
    "day": "2026-03-03",
    "url": "nowhere/",
    "pk": "00000000-0000-4000-8000-000000000000",
    "file": "00000000-0000-4000-8000-000000000000",
    "paper": 1,
    "query": 1,
}


def url_of(route):
    return route.url(**{name: VALUES[name] for name in route.parameters})


def test_the_walk_is_long_enough_and_every_view_is_gated():
    assert len(ROUTES) > 120
    assert {route.gate.right for route in ROUTES} == {OFFICE.right}


@pytest.mark.parametrize("name", ["alice", "ana", "frank", "dora"])
def test_to_other_people_it_does_not_exist(browse, filled, name):
    client = browse(name)
    # A disabled sign-in is nobody's.
    refused = 302 if name == "dora" else 404

    for route in ROUTES:
        for answer in (client.get(url_of(route)), client.post(url_of(route))):
            assert answer.status_code == refused, route
            assert b"Northgate" not in answer.content


def test_nobody_is_sent_to_the_portals_sign_in(browse, filled):
    client = browse("")

    for route in ROUTES:
        for answer in (client.get(url_of(route)), client.post(url_of(route))):
            assert answer.status_code == 302, route
            assert answer["Location"].startswith("/sign-in/login/?next=/office/")


def test_staff_and_superuser_flags_open_nothing_without_a_seat(filled):
    user = User.objects.create_user("zoe", password=PASSWORD, is_staff=True, is_superuser=True)
    client = Client(raise_request_exception=False)
    client.force_login(user)

    assert {client.get(url_of(route)).status_code for route in ROUTES} == {404}


def test_a_seat_opens_nothing_without_being_staff(world, browse):
    User.objects.filter(username="olga").update(is_staff=False)

    assert browse("olga").get("/office/").status_code == 404


def test_an_ended_seat_closes_the_door_at_once(world, browse):
    client = browse("olga")
    Seat.unscoped.filter(user=world.users["olga"]).update(is_active=False)

    assert client.get("/office/").status_code == 404


def test_the_admins_own_sign_in_lets_nobody_in(client, world):
    answer = client.post("/office/login/", {"username": "olga", "password": PASSWORD, "next": "/office/"})

    assert answer["Location"].startswith("/sign-in/login/")
    assert client.get("/office/").status_code == 302
    assert "_auth_user_id" not in client.session


def test_signed_in_the_sign_in_leads_on_but_not_away(office):
    assert office.get("/office/login/")["Location"] == "/office/"
    assert office.get("/office/login/?next=/office/accounts/user/")["Location"] == "/office/accounts/user/"
    assert office.get("/office/login/?next=https://evil.example/")["Location"] == "/office/"


@pytest.mark.parametrize(
    ("own", "portals"),
    [("logout", "/sign-in/logout/"), ("password_change", "/sign-in/password/change/"), ("accounts", "/office/")],
)
def test_what_the_portal_has_already_is_the_portals(office, own, portals):
    assert office.get(f"/office/{own}/")["Location"] == portals


def test_the_site_itself_asks_for_a_seat(rf, world):
    """The second lock, were the gate ever forgotten."""
    request = rf.get("/office/")
    request.user, request.seat = AnonymousUser(), None
    assert not admin.site.has_permission(request)
    request.user = world.users["olga"]
    assert not admin.site.has_permission(request)
