"""Pages are their reader's alone: no cache keeps them for others, and signing out takes them back."""

import pytest
from django.test import Client

from tests.world import PASSWORD

PRIVATE = [
    "/",
    "/accounts/",
    "/fees/",
    "/structure/",
    "/notifications/",
    "/api/v1/accounts/",
    "/api/schema/",
    "/nothing/",
]


@pytest.mark.parametrize("path", PRIVATE)
def test_answers_to_a_person_are_asked_for_again_and_kept_for_nobody_else(browse, path):
    assert browse("alice").get(path)["Cache-Control"] == "private, no-cache"


def test_the_back_office_too(browse):
    for path in ("/office/", "/office/accounts/user/", "/office/nights/"):
        kept = browse("olga").get(path)["Cache-Control"]
        assert "private" in kept and ("no-cache" in kept or "no-store" in kept)


@pytest.mark.parametrize(
    "path", ["/sign-in/login/", "/sign-in/password/reset/", "/sign-in/password/reset/key/1-set-password/"]
)
def test_the_door_is_kept_nowhere(world, path):
    assert Client().get(path)["Cache-Control"] == "private, no-store"


def test_signing_out_clears_what_the_browser_kept(world):
    client = Client()
    client.post("/sign-in/login/", {"login": "alice", "password": PASSWORD})
    assert not client.get("/").has_header("Clear-Site-Data")

    answer = client.post("/sign-in/logout/")

    assert answer["Clear-Site-Data"] == '"cache"'
    assert client.get("/accounts/").status_code == 302
