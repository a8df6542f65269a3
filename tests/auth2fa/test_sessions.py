"""Where one is signed in, and signing out there; nobody ends anybody else's session."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.ground.access.context import acting
from accounts.ground.people.models import SignInSession
from accounts.ground.people.sessions import kept_as
from accounts.ground.tokens.actions import create
from auth2fa.door.browsers import browser_words
from tests.world import PASSWORD

PAGE = "/settings/security/"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:131.0) Gecko/20100101 Firefox/131.0"
SAFARI = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0"
    " Mobile/15E148 Safari/604.1"
)
CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36"


def come_in(name="alice", agent=FIREFOX):
    client = Client(headers={"User-Agent": agent}, REMOTE_ADDR="203.0.113.7")
    client.post("/sign-in/login/", {"login": name, "password": PASSWORD})
    return client


def mark(client):
    return kept_as(client.session.session_key)


def is_in(client):
    return client.get("/preferences/dates/").status_code != 302 and client.get("/api/v1/sessions/").status_code == 200


@pytest.fixture
def two(world):
    return come_in(), come_in(agent=SAFARI)


def test_the_page_and_the_api_list_them_and_hold_no_key(two):
    desk, phone = two
    page = desk.get(PAGE).content.decode()
    for words in ("Firefox on Windows", "Safari on iPhone", "203.0.113.7", "This browser", "Sign out everywhere else"):
        assert words in page
    assert phone.session.session_key not in page
    rows = desk.get("/api/v1/sessions/").json()
    assert [one["is_this"] for one in rows] == [True, False]
    assert rows[1]["browser"] == "Safari on iPhone" and rows[1]["mark"] == mark(phone)


def test_one_is_ended_there_and_not_here(two):
    desk, phone = two
    assert desk.post(f"{PAGE}sessions/{mark(phone)}/end/").status_code == 302
    assert is_in(desk) and not is_in(phone)
    assert desk.post(f"{PAGE}sessions/{mark(desk)}/end/").status_code == 404, "here one signs out"
    assert is_in(desk)


@pytest.mark.parametrize("by_api", [False, True])
def test_all_others_end_at_once(two, by_api):
    desk, phone = two
    answer = desk.delete("/api/v1/sessions/") if by_api else desk.post(f"{PAGE}sessions/end/")
    assert answer.status_code in (204, 302)
    assert is_in(desk) and not is_in(phone)


def test_nobody_elses_session_is_there(two, world):
    bob = come_in("bob")
    before = SignInSession.objects.count()
    assert bob.post(f"{PAGE}sessions/{mark(two[1])}/end/").status_code == 404
    assert bob.delete(f"/api/v1/sessions/{mark(two[1])}/").status_code == 404
    assert bob.delete("/api/v1/sessions/").status_code == 204
    assert SignInSession.objects.count() == before and is_in(two[1])
    assert "Safari on iPhone" not in bob.get(PAGE).content.decode()


def test_over_the_api_one_ends_too(two):
    desk, phone = two
    assert desk.delete(f"/api/v1/sessions/{mark(phone)}/").status_code == 204
    assert not is_in(phone)


def test_a_token_neither_sees_nor_ends_them(two, world, client):
    with acting(world.users["alice"].pk) as who:
        now = timezone.now()
        _row, secret = create(
            who=who, name="t", abilities=["view_accounts"], expires_at=now + timedelta(days=1), at=now
        )
    for path in ("/api/v1/sessions/", f"/api/v1/sessions/{mark(two[0])}/"):
        answer = client.delete(path, headers={"Authorization": f"Bearer {secret}"})
        assert answer.status_code == 403 and "A token changes nothing" in answer.content.decode()
    assert client.get("/api/v1/sessions/", headers={"Authorization": f"Bearer {secret}"}).status_code == 403
    assert is_in(two[0]) and is_in(two[1])


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (FIREFOX, "Firefox on Windows"),
        (SAFARI, "Safari on iPhone"),
        (CHROME, "Chrome on Linux"),
        (CHROME.replace("X11; Linux x86_64", "Windows NT 10.0; Win64; x64") + " Edg/130.0.2849.56", "Edge on Windows"),
        (CHROME.replace("X11; Linux x86_64", "Linux; Android 10; K"), "Chrome on Android"),
        (CHROME.replace("X11; Linux x86_64", "Macintosh; Intel Mac OS X 10_15_7"), "Chrome on macOS"),
        (SAFARI.replace("Version/18.0", "CriOS/130.0.6723.37"), "Chrome on iPhone"),
        ("Mozilla/5.0 (Windows NT 10.0) Strange/1.0", "A browser on Windows"),
        ("curl/8.5.0", "A browser"),
        ("", "A browser"),
    ],
)
def test_browsers_are_named_in_plain_words(agent, words):
    assert browser_words(agent) == words
