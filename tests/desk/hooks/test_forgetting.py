"""What a program was told is kept for ninety days against everybody, then forgotten by a job that reads nothing."""

from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.desk.hooks import actions
from accounts.desk.hooks.actions import forget_old
from accounts.desk.hooks.models import Hook, HookDelivery
from accounts.desk.hooks.tasks import forget
from accounts.ground.access.context import acting
from tests.desk.hooks.test_hooks import happen, later, made

pytestmark = pytest.mark.django_db
CALL = "SELECT desk_forget_deliveries(now(), 10)"
REMOVE = "DELETE FROM desk_hookdelivery"


@pytest.fixture
def told(world, browse, listener):
    """Two messages of ninety-one days ago, one delivered and one that still waits, and two of eighty-nine."""
    made(browse("alice"), listener.url, kinds=["event"])
    for _number in range(4):
        happen(world)
    keys = list(HookDelivery.unscoped.order_by("made_at").values_list("pk", flat=True))
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE desk_hookdelivery DISABLE TRIGGER USER")
    for key, days in zip(keys, (91, 91, 89, 89), strict=True):
        HookDelivery.unscoped.filter(pk=key).update(made_at=later(days=-days))
    HookDelivery.unscoped.filter(pk=keys[0]).update(delivered_at=later(days=-91))
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE desk_hookdelivery ENABLE TRIGGER USER")
    return keys


def refused(statement):
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_what_is_older_than_ninety_days_is_forgotten_whatever_became_of_it(told, as_role, monkeypatch):
    monkeypatch.setattr(actions, "FORGOTTEN_AT_ONCE", 1)
    with as_role("portal_worker"):
        assert forget() == 2
        assert forget() == 0
    assert set(HookDelivery.unscoped.values_list("pk", flat=True)) == set(told[2:])
    assert Hook.unscoped.count() == 1


def test_a_clock_that_is_ahead_forgets_nothing_earlier(told, as_role):
    with as_role("portal_worker"):
        assert forget_old(at=datetime(2999, 1, 1, tzinfo=UTC)) == 2


def test_nobody_else_forgets_and_the_job_reads_nothing(world, told, as_role):
    for role in ("portal_web", "portal_office", "portal_night"):
        with as_role(role), acting(world.users["alice"].pk):
            refused(CALL)
            refused(REMOVE)
    with as_role("portal_worker"):
        refused(REMOVE)
        refused("SELECT count(*) FROM desk_hookdelivery")
    refused(REMOVE)  # by the owner: what is younger stands in the way
    assert HookDelivery.unscoped.count() == 4
