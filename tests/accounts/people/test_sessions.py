"""A session's row opens nothing, and ends when it should."""

from datetime import timedelta

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.ground.people.actions import drop_expired_sessions, end_sessions
from accounts.ground.people.models import SignInSession
from accounts.ground.people.sessions import kept_as
from tests.world import PASSWORD


def signed_in(name):
    client = Client()
    assert client.post("/sign-in/login/", {"login": name, "password": PASSWORD}).status_code == 302
    return client


def test_what_the_table_holds_is_no_cookie(world):
    client = signed_in("alice")
    [row] = SignInSession.objects.all()
    key = client.cookies[settings.SESSION_COOKIE_NAME].value
    thief = Client()
    thief.cookies[settings.SESSION_COOKIE_NAME] = row.session_key

    assert row.session_key != key and key not in row.session_data
    assert client.get("/accounts/").status_code == 200
    assert thief.get("/accounts/").status_code == 302


def test_signing_out_and_ending_remove_the_row(world):
    signed_in("alice").post("/sign-in/logout/")
    assert not SignInSession.objects.exists()

    client = signed_in("alice")
    assert end_sessions(user_id=world.users["alice"].pk) == 1
    assert client.get("/accounts/").status_code == 302


def test_a_new_password_ends_the_other_sessions(world):
    here, elsewhere = signed_in("alice"), signed_in("alice")
    form = {"oldpassword": PASSWORD, "password1": "another long pass phrase", "password2": "another long pass phrase"}

    here.post("/sign-in/password/change/", form)

    assert elsewhere.get("/accounts/").status_code == 302
    assert here.get("/accounts/").status_code == 200


def test_each_row_says_whose_it_is_and_only_ones_own_end(world):
    signed_in("alice"), signed_in("alice"), signed_in("bob")
    Client().get("/sign-in/login/")

    with CaptureQueriesContext(connection) as asked:
        assert end_sessions(user_id=world.users["alice"].pk) == 2

    assert [row.user.username for row in SignInSession.objects.filter(user__isnull=False)] == ["bob"]
    assert not any("session_data" in one["sql"] for one in asked.captured_queries)


def test_what_has_expired_is_dropped_and_the_rest_stays(world):
    old, young = signed_in("alice"), signed_in("alice")
    row = SignInSession.objects.get(pk=kept_as(old.cookies[settings.SESSION_COOKIE_NAME].value))
    now = timezone.now()
    SignInSession.objects.filter(pk=row.pk).update(expire_date=now - timedelta(seconds=1))

    assert drop_expired_sessions(at=now) == 1
    assert young.get("/accounts/").status_code == 200
