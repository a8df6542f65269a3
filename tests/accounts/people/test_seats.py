"""Seats of the back office and Django's own flags say the same, whoever changes them."""

from datetime import UTC, datetime

import pytest

from accounts.ground.people import actions as people
from accounts.ground.people.models import Seat, User
from accounts.ground.tree.models import Account

AT = datetime(2026, 3, 5, tzinfo=UTC)


def flags(name: str) -> tuple[bool, bool]:
    return User.objects.values_list("is_staff", "is_superuser").get(username=name)


def test_whoever_ends_the_seat_of_the_back_office_leaves_no_superuser(world):
    assert flags("olga") == (True, True)

    people.end_seat(seat=world.seats["olga"], at=AT)

    assert flags("olga") == (False, False)
    assert Seat.unscoped.get(pk=world.seats["olga"].pk).ended_at == AT


def test_the_seat_opened_again_opens_the_door_again(world):
    people.end_seat(seat=world.seats["olga"], at=AT)

    assert people.reopen_seat(seat=world.seats["olga"])
    assert flags("olga") == (True, True)
    assert Seat.unscoped.get(pk=world.seats["olga"].pk).ended_at is None
    assert not people.reopen_seat(seat=world.seats["olga"])


def test_another_seat_of_the_same_person_neither_opens_nor_shuts_it(world):
    master: Account = world["F900001"]
    other = people.seat_advisor(user=world.users["olga"], master=master)

    people.end_seat(seat=other, at=AT)

    assert flags("olga") == (True, True)


@pytest.mark.parametrize("signs_out", [True, False])
def test_a_new_password_ends_the_sessions_of_the_old_one(world, client, signs_out):
    client.force_login(world.users["ana"])
    assert people.sessions_of(user_id=world.users["ana"].pk) == 1

    people.renew_password(user=world.users["ana"], password="another long pass phrase", signs_out=signs_out)

    assert people.sessions_of(user_id=world.users["ana"].pk) == (0 if signs_out else 1)
    assert User.objects.get(username="ana").check_password("another long pass phrase")


def test_a_user_who_is_deactivated_is_signed_out_and_may_come_back(world, client):
    client.force_login(world.users["ana"])

    people.deactivate(user=world.users["ana"])
    assert people.sessions_of(user_id=world.users["ana"].pk) == 0
    assert not User.objects.get(username="ana").is_active

    people.activate(user=world.users["ana"])
    assert User.objects.get(username="ana").is_active
