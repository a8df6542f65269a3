"""Nobody in the back office ends somebody's last device alone, and wrong answers never open what a device protects."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from accounts.ground.access.context import acting, as_role
from accounts.ground.outbox.models import OutboxMessage
from accounts.ground.people import actions as people
from accounts.ground.people.models import Seat
from accounts.ground.trail.models import TrailEntry
from auth2fa.devices import ending
from auth2fa.devices.actions import DeviceProblem
from auth2fa.devices.models import Device, Ending, Kind
from auth2fa.devices.queries import held_until
from auth2fa.devices.reminding import remind_due
from tests.auth2fa.kit import enrolled
from tests.world import PASSWORD

DEVICES, ENDINGS = "/office/auth2fa/device/", "/office/auth2fa/ending/"


@pytest.fixture
def alice(world):
    alice = world.users["alice"]
    alice.email = "alice@example.test"
    alice.save(update_fields=["email"])
    return alice


@pytest.fixture
def boris(world):
    """A second person of the back office, there for a year."""
    user = people.create_user(username="boris", password=PASSWORD)
    seat = people.seat_office(user=user)
    user.save()
    Seat.unscoped.filter(pk=seat.pk).update(created_at=timezone.now() - timedelta(days=365))
    return user


@pytest.fixture
def second(boris):
    client = Client()
    client.force_login(boris)
    return lambda row, action: client.post(ENDINGS, said(row, action, _password=PASSWORD))


def said(row, action, **more):
    return {"action": action, "_selected_action": str(row.pk), **more}


def mails():
    return OutboxMessage.unscoped.filter(recipient="alice@example.test").count()


@pytest.fixture
def asked(alice, world, office):
    held = enrolled(alice, Kind.PHONE)
    Seat.unscoped.filter(user=world.users["olga"]).update(created_at=timezone.now() - timedelta(days=365))
    office.post(DEVICES, said(held.device, "end"))
    office.post(DEVICES, said(held.device, "end"))
    return Ending.unscoped.get()


def test_one_person_alone_ends_no_last_device(asked, alice, office):
    words = office.post(ENDINGS, said(asked, "approve"), follow=True).content.decode()
    assert "You asked for this yourself" in words
    device, still = Device.unscoped.get(), Ending.unscoped.get()
    assert device.revoked_at is None and still.decided_at is None and not still.is_ended
    assert mails() == 1, "she is told that it was asked, once"
    with pytest.raises(IntegrityError), transaction.atomic():
        Ending.unscoped.update(is_ended=True, decided_at=timezone.now(), decided_by=asked.asked_by)


def test_two_at_once_leave_the_last_one(alice, office):
    first, other = enrolled(alice, Kind.PHONE), enrolled(alice, Kind.APP)
    office.post(DEVICES, {"action": "end", "_selected_action": [str(first.device.pk), str(other.device.pk)]})
    assert Device.unscoped.filter(revoked_at=None).count() == 1 and Ending.unscoped.count() == 1


def test_a_second_person_ends_it_and_both_stand_in_the_trail(asked, alice, second, boris):
    Client().post(ENDINGS, said(asked, "approve"))
    assert Device.unscoped.get().revoked_at is None
    second(asked, "approve")
    assert Device.unscoped.get().revoked_at
    done = Ending.unscoped.get()
    assert (done.is_ended, done.decided_by, done.asked_by.username) == (True, boris, "olga")
    assert TrailEntry.unscoped.filter(table="auth2fa_ending").count() == 2
    assert mails() == 2


def test_after_it_neither_the_password_nor_the_next_device_counts_for_a_day(asked, alice, second, settings):
    settings.SECOND_FACTOR = "offered"
    second(asked, "approve")
    until = held_until(alice.pk, timezone.now())
    assert timedelta(hours=23) < until - timezone.now() <= timedelta(hours=24)
    hers = Client()
    hers.force_login(alice)
    answer = hers.post("/settings/security/opt-out/sign/", {"_password": PASSWORD})
    assert answer.status_code == 403 and "Your last device was ended" in answer.content.decode()
    assert held_until(alice.pk, until + timedelta(seconds=1)) is None


def test_a_helper_seated_after_the_asking_decides_nothing(asked, second, boris):
    Seat.unscoped.filter(user=boris).update(created_at=timezone.now() + timedelta(seconds=1))
    second(asked, "approve")
    assert Device.unscoped.get().revoked_at is None and Ending.unscoped.get().decided_at is None


def test_what_waited_too_long_is_asked_anew(asked, boris):
    with pytest.raises(DeviceProblem, match="three days"):
        ending.approve(ending=asked, by=boris.pk, at=asked.asked_at + timedelta(days=3, seconds=1))
    ending.decline(ending=asked, by=boris.pk, at=timezone.now())
    with pytest.raises(DeviceProblem, match="already"):
        ending.approve(ending=asked, by=boris.pk, at=timezone.now())
    assert Device.unscoped.get().revoked_at is None


def test_the_owner_hears_that_the_device_stays(asked, alice, boris):
    ending.decline(ending=asked, by=boris.pk, at=timezone.now())
    assert Device.unscoped.get().revoked_at is None
    told = OutboxMessage.unscoped.get(recipient="alice@example.test", subject="Your only device stays")
    assert "declined" in told.body and asked.device.name in told.body


def renewed(office, boris, asked):
    office.post("/office/accounts/user/", {**said(boris, "renew_password"), "_password": PASSWORD})


def ended(office, boris, asked):
    held = enrolled(boris, Kind.APP)
    enrolled(boris, Kind.PHONE)
    office.post(DEVICES, said(held.device, "end", _password=PASSWORD))


def reseated(office, boris, asked):
    seat = Seat.unscoped.get(user=boris)
    for action in ("end", "reopen"):
        office.post("/office/accounts/seat/", said(seat, action, _password=PASSWORD))


@pytest.mark.parametrize("change", [renewed, ended, reseated])
def test_whose_sign_in_was_just_changed_by_somebody_else_is_no_second_person(asked, boris, office, change):
    """Whoever gives a colleague a new password could sign in with it and be both."""
    change(office, boris, asked)
    with as_role("office"):
        assert ending.changed_by_others(boris.pk, timezone.now() - timedelta(days=7)), change.__name__
        with pytest.raises(DeviceProblem, match="within the last seven days"):
            ending.approve(ending=asked, by=boris.pk, at=timezone.now())
    assert Device.unscoped.get(pk=asked.device_id).revoked_at is None
    still = Ending.unscoped.get(pk=asked.pk)
    assert still.decided_at is None and not still.is_ended


def test_after_seven_days_or_by_ones_own_hand_it_is_no_matter(asked, boris, office):
    with acting(boris.pk, alias="office"):
        people.renew_password(user=boris, password=PASSWORD, signs_out=False)
        assert TrailEntry.unscoped.filter(table="accounts_user", user_id=boris.pk).exists()
        assert not ending.changed_by_others(boris.pk, timezone.now() - timedelta(days=7))
    renewed(office, boris, asked)
    with as_role("office"):
        assert ending.changed_by_others(boris.pk, timezone.now() - timedelta(days=7))
        assert not ending.changed_by_others(boris.pk, timezone.now() + timedelta(seconds=1))


def test_whoever_gets_a_new_password_from_the_office_is_told(boris, office):
    boris.email = "boris@example.test"
    boris.save(update_fields=["email"])
    renewed(office, boris, None)
    told = OutboxMessage.unscoped.get(recipient="boris@example.test")
    assert told.subject == "You were given a new password" and "tell somebody else" in told.body


def test_a_device_that_was_switched_off_still_protects(alice, browse):
    """Fifty wrong answers take no more than the password; they must not make the password enough."""
    enrolled(alice, Kind.PHONE, wrong=50, disabled_at=timezone.now())
    client = Client()
    page = client.post("/sign-in/login/", {"login": "alice", "password": PASSWORD}, follow=True).content.decode()
    assert "switched off after many wrong answers" in page and client.get("/settings/security/").status_code == 302
    there = browse("alice")
    answer = there.post("/settings/security/opt-out/sign/", {"_password": PASSWORD})
    assert answer.status_code == 403 and "switched off" in answer.content.decode()
    enrolled(alice, Kind.CODES)
    client.post("/sign-in/login/", {"login": "alice", "password": PASSWORD})
    assert client.get("/settings/security/").status_code == 302, "a recovery code is asked for"


def test_texts_alone_are_reminded_of_once_a_year(alice, world):
    text = enrolled(alice, Kind.TEXT, ago=timedelta(days=364)).device
    bob = world.users["bob"]
    enrolled(bob, Kind.TEXT, ago=timedelta(days=900))
    enrolled(bob, Kind.APP)
    now = timezone.now()
    assert remind_due(at=now) == 0
    assert remind_due(at=now + timedelta(days=2)) == 1
    assert remind_due(at=now + timedelta(days=2)) == 0 and mails() == 1
    assert remind_due(at=now + timedelta(days=366)) == 0
    with as_role("office"):
        assert Device.unscoped.get(pk=text.pk).reminded_at == now + timedelta(days=2)
    assert remind_due(at=now + timedelta(days=368)) == 1
