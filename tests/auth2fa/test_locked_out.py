"""Shut out by one's own network restrictions: a recovery code lifts them after a day, and says nothing to strangers."""

import secrets
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from accounts.ground.addresses.models import AddressRule
from accounts.ground.outbox.models import OutboxMessage
from auth2fa.devices.models import Device, Kind
from auth2fa.devices.secrets import box
from auth2fa.factors import codes
from tests.auth2fa.kit import enrolled
from tests.world import PASSWORD

PAGE = "/sign-in/locked-out/"
HOME = "198.51.100.7"


@pytest.fixture
def vera(world):
    """Restricted to an office that is gone; alice is the primary user of her place."""
    cache.clear()
    for name in ("alice", "vera", "bob"):
        world.users[name].email = f"{name}@example.test"
        world.users[name].save(update_fields=["email"])
    seat, now = world.seats["vera"], timezone.now()
    AddressRule.unscoped.create(
        firm_id=seat.firm_id, seat=seat, network="203.0.113.9/32", added_by=seat.user,
        added_at=now - timedelta(days=2), starts_at=now - timedelta(days=1),
    )  # fmt: skip
    return world.users["vera"]


@pytest.fixture
def paper(vera):
    drawn = codes.draw_recovery(secrets.randbelow)
    held = enrolled(vera, Kind.CODES)
    kept = [codes.kept_as(box(), str(held.device.pk), one) for one in drawn]
    Device.unscoped.filter(pk=held.device.pk).update(hashes=kept)
    return drawn


def give(code, name="vera", word=PASSWORD):
    return Client(REMOTE_ADDR=HOME).post(PAGE, {"login": name, "password": word, "code": code})


def lifted():
    return AddressRule.unscoped.get().removed_at is not None


def told():
    rows = OutboxMessage.unscoped.filter(subject="Shut out by IP restrictions")
    return sorted(rows.values_list("recipient", flat=True))


def test_a_code_lifts_them_after_a_day_and_person_and_primary_users_are_told(vera, paper):
    assert give(paper[3]).status_code == 200
    rule, now = AddressRule.unscoped.get(), timezone.now()
    assert lifted() and now + timedelta(hours=23, minutes=59) < rule.ends_at <= now + timedelta(hours=49)
    assert (rule.state(now), rule.state(rule.ends_at)) == ("active", "removed")
    assert told() == ["alice@example.test", "vera@example.test"]
    assert len(Device.unscoped.get().hashes) == 9, "used once"
    sign_in = Client(REMOTE_ADDR=HOME).post("/sign-in/login/", {"login": "vera", "password": PASSWORD})
    assert sign_in.status_code == 200, "until then nothing has changed"


@pytest.mark.parametrize(
    ("name", "word", "code"),
    [
        ("vera", PASSWORD, "0000-0000-0000"),
        ("vera", "wrong", None),
        ("nobody", PASSWORD, None),
        ("alice", PASSWORD, None),
    ],
)
def test_whatever_is_wrong_nothing_moves_and_the_page_says_the_same(vera, paper, name, word, code):
    answer = give(code or paper[0], name, word)
    assert answer.status_code == 200 and not lifted() and told() == []
    right = give(paper[0])
    assert lifted()
    assert answer.content.split(b"<main")[1] == right.content.split(b"<main")[1]


def test_what_the_firm_imposed_stays_and_its_primary_users_are_asked(world, vera, paper):
    seat, now = world.seats["vera"], timezone.now()
    AddressRule.unscoped.create(
        firm_id=seat.firm_id, seat=seat, network="198.51.100.200/32", added_by=world.users["alice"],
        added_at=now - timedelta(days=2), starts_at=now - timedelta(days=1),
    )  # fmt: skip
    give(paper[0])
    kept = {one.network: one.removed_at is not None for one in AddressRule.unscoped.all()}
    assert kept == {"203.0.113.9/32": True, "198.51.100.200/32": False}
    mail = OutboxMessage.unscoped.get(subject="Shut out by IP restrictions", recipient="alice@example.test")
    assert "Addresses that others have set stay" in mail.body


def test_where_somebody_may_work_nothing_is_lifted(vera, paper):
    client = Client(REMOTE_ADDR="203.0.113.9")
    client.post(PAGE, {"login": "vera", "password": PASSWORD, "code": paper[0]})
    assert not lifted() and len(Device.unscoped.get().hashes) == 10


def test_without_a_code_the_back_office_alone_helps(vera):
    answer = give("4821-0957-3316")
    assert not lifted() and "No recovery code left? The back office" in answer.content.decode()


def test_a_code_is_good_once_and_wrong_ones_close_the_paper(vera, paper):
    Device.unscoped.update(wrong=9)
    give("0000-0000-0000")
    give(paper[0])
    assert not lifted(), "ten wrong ones in a row close it for a quarter of an hour"
    Device.unscoped.update(locked_until=None, wrong=0)
    give(paper[0])
    assert lifted()


def test_passwords_are_counted_here_too(vera, paper):
    for _try in range(12):
        give(paper[0], word="wrong")
    answer = give(paper[0])
    assert answer.status_code == 422 and "Too many" in answer.content.decode() and not lifted()


def test_codes_are_ten_of_twelve_digits_from_the_whole_range():
    asked = []
    drawn = codes.draw_recovery(lambda most: asked.append(most) or 7)
    assert asked == [10**12] * 10 and drawn == ["0000-0000-0007"] * 10
    many = [one for _round in range(200) for one in codes.draw_recovery(secrets.randbelow)]
    assert len(set(many)) == 2000 and all(len(codes.digits_of(one)) == 12 for one in many)
    for place in range(12):
        assert {codes.digits_of(one)[place] for one in many} == set("0123456789")


def test_the_page_is_found_from_the_door(db):
    assert PAGE.encode() in Client().get("/sign-in/login/").content
    assert PAGE.encode() in Client().get("/sign-in/help/").content
