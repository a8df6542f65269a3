"""A person with two seats works from one at a time; nobody works from a seat of somebody else."""

from django.test import Client

from accounts.ground.people import actions as people
from tests.world import PASSWORD


def sign_in(name):
    client = Client()
    client.post("/sign-in/login/", {"login": name, "password": PASSWORD})
    return client


def test_signing_in_as_the_back_office_leads_to_its_rooms(world):
    answer = Client().post("/sign-in/login/", {"login": "olga", "password": PASSWORD})

    assert answer["Location"] == "/office/"


def test_bob_chooses_between_two_practices_and_sees_only_the_chosen_one(world):
    people.seat_advisor(user=world.users["bob"], master=world["F900001"])
    client = sign_in("bob")
    seats = {seat.role: seat.pk for seat in world.users["bob"].seats(manager="unscoped").all()}

    client.post("/seat/", {"seat": seats["second"]})
    assert client.get("/api/v1/accounts/U2000001/").status_code == 200
    assert client.get("/api/v1/accounts/U9000001/").status_code == 404

    client.post("/seat/", {"seat": seats["top"]})
    assert client.get("/api/v1/accounts/U2000001/").status_code == 404
    assert client.get("/api/v1/accounts/U9000001/").status_code == 200


def test_the_page_lists_ones_own_seats_only(world):
    people.seat_advisor(user=world.users["bob"], master=world["F900001"])
    page = sign_in("bob").get("/seat/").content.decode()

    assert "Brightwell" in page
    assert "Southbank" in page
    assert "Lakeside" not in page


def test_bob_cannot_take_alices_seat(world):
    client = sign_in("bob")

    assert client.post("/seat/", {"seat": world.seats["alice"].pk}).status_code == 404
    assert client.get("/api/v1/accounts/U1000001/").status_code == 404


def test_a_forged_session_seat_gives_nothing(world):
    client = sign_in("bob")
    session = client.session
    session["seat"] = world.seats["alice"].pk
    session.save()

    assert client.get("/api/v1/accounts/U1000001/").status_code == 403
