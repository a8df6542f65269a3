"""A webhook tells nothing any more as soon as who made it may no longer keep one."""

import pytest

from accounts.desk.hooks.actions import deliver_due
from accounts.desk.hooks.models import Hook
from accounts.ground.notifications.models import Notification
from accounts.ground.outbox.models import OutboxMessage
from accounts.ground.people.actions import end_seat
from accounts.ground.people.models import Seat, User
from tests.desk.hooks.test_hooks import API, PAGE, happen, later, made
from tests.desk.users.wishes import member
from tests.world import PASSWORD

pytestmark = pytest.mark.django_db


@pytest.fixture
def uma(world, browse, listener):
    """Who manages users at Northgate, and has made a webhook."""
    seat = member(browse, "uma", is_security_officer="on")
    made(browse("alice"), listener.url, name="Umas ledger")
    Hook.unscoped.update(made_by=seat.user_id)
    return seat


def _removed(browse, seat):
    said = {"_password": PASSWORD}
    assert browse("alice").post(f"/settings/users/{seat.pk}/remove/", said).status_code == 302


def _ended_by_the_office(browse, seat):
    end_seat(seat=seat, at=later())


def _has_fewer_rights(browse, seat):
    Seat.unscoped.filter(pk=seat.pk).update(is_security_officer=False)


def _shut_out(browse, seat):
    User.objects.filter(pk=seat.user_id).update(is_active=False)


@pytest.mark.parametrize("what", [_removed, _ended_by_the_office, _has_fewer_rights, _shut_out])
def test_nothing_is_told_and_the_practice_hears_why(world, browse, listener, uma, what):
    happen(world)
    assert deliver_due(at=later()) == 1
    User.objects.filter(pk=uma.user_id).update(email="uma@elsewhere.example")
    OutboxMessage.unscoped.all().delete()
    what(browse, uma)
    happen(world)
    assert deliver_due(at=later()) == 0 and len(listener.came) == 1
    stopped = Hook.unscoped.get()
    assert stopped.stopped_at and stopped.stopped_why == "Who made it may no longer keep webhooks"
    assert Notification.unscoped.filter(title__startswith="A webhook was stopped: who made it").count() == 1
    assert not OutboxMessage.unscoped.filter(recipient="uma@elsewhere.example").exists()


def test_a_colleague_lets_it_go_on_and_answers_for_it(world, browse, listener, uma):
    alice = browse("alice")
    _removed(browse, uma)
    happen(world)
    deliver_due(at=later())
    hook = Hook.unscoped.get()
    assert "Who made it may no longer keep webhooks" in alice.get(f"{PAGE}{hook.pk}/").content.decode()
    alice.patch(f"{API}{hook.pk}/", {"on": True}, content_type="application/json")
    assert deliver_due(at=later(minutes=3)) == 1 and len(listener.came) == 1
    assert Hook.unscoped.get().made_by == world.users["alice"].pk


def test_it_stands_among_what_a_leaver_owns_and_ends_at_once(world, browse, listener, uma):
    alice, place = browse("alice"), f"/settings/users/{uma.pk}/leave/"
    assert "Umas ledger" in alice.get(place).content.decode()
    said = {"heir": world.seats["tess"].pk, "_password": PASSWORD}
    assert alice.post(place, said).status_code == 302
    assert Hook.unscoped.get().stopped_at
