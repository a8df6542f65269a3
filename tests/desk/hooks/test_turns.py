"""Who listens slowly waits for the others: a pass is bound, practices take turns, and each try bears its own moment."""

from datetime import timedelta

import pytest
from django.core.cache import cache

from accounts.desk.hooks import actions
from accounts.desk.hooks.actions import deliver_due
from accounts.desk.hooks.models import HookDelivery
from accounts.desk.hooks.sending import Answer
from tests.desk.hooks.test_hooks import happen, later, made

pytestmark = pytest.mark.django_db


@pytest.fixture
def told(world, browse, listener, monkeypatch):
    """Alice's address takes nine seconds for each of her thirty messages, Bob's none for his one."""
    cache.clear()
    told, passed = [], [0]
    monkeypatch.setattr(actions, "monotonic", lambda: passed[0])

    def post(url, body, headers):
        moment = int(headers["Portal-Signature"].partition(",")[0].removeprefix("t="))
        told.append(("bob" if "bob" in url else "alice", moment))
        passed[0] += 0 if "bob" in url else 9
        return Answer(200, "")

    monkeypatch.setattr(actions, "post", post)
    made(browse("alice"), listener.url, kinds=["event"])
    made(browse("bob"), listener.url + "&of=bob", kinds=["event"])
    for _number in range(30):
        happen(world)
    happen(world, "U2000001")
    return told


def test_nobody_waits_for_a_slow_one(told):
    at = later()
    assert deliver_due(at=at) == 3
    # A turn ends after ten seconds: two of Alice's, then Bob's, who came last.
    assert [name for name, _moment in told] == ["alice", "alice", "bob"]
    assert HookDelivery.unscoped.filter(delivered_at=None, due_at__lte=at).count() == 28


def test_who_took_least_of_the_hour_comes_first(world, told):
    at = later()
    deliver_due(at=at)
    happen(world, "U2000001")
    told.clear()
    deliver_due(at=max(at, later()) + timedelta(seconds=1))
    assert [name for name, _moment in told] == ["bob", "alice", "alice"]


def test_a_pass_ends_in_time(told, monkeypatch):
    monkeypatch.setattr(actions, "SECONDS_A_TURN", 1000)
    monkeypatch.setattr(actions, "MOST_A_TURN", 4)
    assert deliver_due(at=later()) == 4 and {name for name, _moment in told} == {"alice"}


def test_each_try_is_signed_with_its_own_moment(told):
    at = later()
    deliver_due(at=at)
    began = int(at.timestamp())
    assert [moment - began for _name, moment in told] == [0, 9, 18]
    delivered = HookDelivery.unscoped.exclude(delivered_at=None).order_by("delivered_at")
    assert [round((one.delivered_at - at).total_seconds()) for one in delivered] == [9, 18, 18]


def test_while_the_network_is_waited_for_another_worker_takes_the_next(world, browse, listener, monkeypatch):
    """And a message whose worker was killed goes again when its time is over."""
    cache.clear()
    made(browse("alice"), listener.url, kinds=["event"])
    happen(world)
    at = later()

    def killed(*_said):
        assert deliver_due(at=at) == 0  # the other worker finds nothing to take
        raise SystemExit

    with monkeypatch.context() as other:
        other.setattr(actions, "post", killed)
        with pytest.raises(SystemExit):
            deliver_due(at=at)
    assert deliver_due(at=at) == 0 and HookDelivery.unscoped.get().attempts == 0
    assert deliver_due(at=at + timedelta(minutes=3)) == 1
