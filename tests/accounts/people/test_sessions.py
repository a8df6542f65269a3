"""A session's row opens nothing, and ends when it should."""

from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client

from accounts.ground.people.actions import end_sessions
from tests.world import PASSWORD


def signed_in(name):
    client = Client()
    assert client.post("/sign-in/login/", {"login": name, "password": PASSWORD}).status_code == 302
    return client


def test_what_the_table_holds_is_no_cookie(world):
    client = signed_in("alice")
    [row] = Session.objects.all()
    key = client.cookies[settings.SESSION_COOKIE_NAME].value
    thief = Client()
    thief.cookies[settings.SESSION_COOKIE_NAME] = row.session_key

    assert row.session_key != key and key not in row.session_data
    assert client.get("/accounts/").status_code == 200
    assert thief.get("/accounts/").status_code == 302


def test_signing_out_and_ending_remove_the_row(world):
    signed_in("alice").post("/sign-in/logout/")
    assert not Session.objects.exists()

    client = signed_in("alice")
    assert end_sessions(user_id=world.users["alice"].pk) == 1
    assert client.get("/accounts/").status_code == 302


def test_a_new_password_ends_the_other_sessions(world):
    here, elsewhere = signed_in("alice"), signed_in("alice")
    form = {"oldpassword": PASSWORD, "password1": "another long pass phrase", "password2": "another long pass phrase"}

    here.post("/sign-in/password/change/", form)

    assert elsewhere.get("/accounts/").status_code == 302
    assert here.get("/accounts/").status_code == 200
