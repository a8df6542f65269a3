"""Ten wrong passwords within a day disable a login until the back office restores it (SEC-4)."""

from datetime import UTC, datetime, timedelta

from django.test import Client

from accounts.ground.people import attempts
from accounts.ground.people.models import DisabledName, WrongPassword
from accounts.ground.people.tasks import drop_expired
from tests.world import PASSWORD

BEGAN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def fail(times, *, at=BEGAN, name="ana"):
    for last in range(times):
        attempts.failed(name, address=f"198.51.100.{last}", device="", at=at)


def sign_in(name="ana", password=PASSWORD):
    return Client().post("/sign-in/login/", {"login": name, "password": password})


def test_ten_within_a_minute_less_than_a_day_disable_the_login(world):
    fail(9)
    fail(1, at=BEGAN + timedelta(hours=23, minutes=59))
    right = sign_in()
    assert right.status_code == 200
    assert "This login is disabled" in right.content.decode()


def test_nine_and_one_more_after_twenty_five_hours_leave_it_open(world):
    fail(9)
    fail(1, at=BEGAN + timedelta(hours=25))
    assert sign_in().status_code == 302


def test_the_tenth_after_exactly_a_day_is_the_first_of_another(world):
    fail(9)
    fail(1, at=BEGAN + timedelta(hours=24))
    assert sign_in().status_code == 302


def test_time_alone_restores_nothing(world):
    fail(10, at=BEGAN - timedelta(days=400))
    drop_expired()
    assert not WrongPassword.unscoped.exists()
    assert sign_in().status_code == 200


def test_names_are_counted_whatever_their_case_and_whether_anybody_has_them(world):
    fail(5, name="Nobody.Here")
    fail(5, name="nobody.here")
    assert DisabledName.unscoped.count() == 1
    assert attempts.is_disabled("NOBODY.HERE", device="")
    assert not attempts.is_disabled("nobody.here", device="known")


def test_pages_can_neither_read_nor_write_the_counts(world, as_role):
    import pytest
    from django.db import ProgrammingError, transaction

    fail(10)
    for model in (WrongPassword, DisabledName):
        with as_role("portal_web"), pytest.raises(ProgrammingError), transaction.atomic():
            model.unscoped.exists()


def test_the_back_office_restores_it_with_a_proof_of_its_own(world, office, browse):
    ana = world.users["ana"]
    fail(10)
    said = {"action": "restore", "_selected_action": str(ana.pk)}
    browse("olga").post("/office/accounts/user/", said)
    assert sign_in().status_code == 200, "without a proof nothing is restored"
    assert "Restore a login" in office.get(f"/office/accounts/user/{ana.pk}/change/").content.decode()

    office.post("/office/accounts/user/", said)

    assert sign_in().status_code == 302
    assert "Restore a login" not in office.get(f"/office/accounts/user/{ana.pk}/change/").content.decode()
