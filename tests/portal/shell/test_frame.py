"""The frame's own pages: fold, theme, language, older addresses."""

import pytest
from django.conf import settings

from accounts.ground.people.models import User
from tests.world import PASSWORD

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice(client, world):
    client.force_login(world.users["alice"])
    return client


def test_the_sign_in_page_lets_the_right_password_in(client, world):
    answer = client.post("/sign-in/login/", {"login": "alice", "password": PASSWORD})

    assert answer.status_code == 302


def test_a_folded_menu_stays_folded(alice, world):
    alice.post("/menu/", {"folded": "1", "next": "/accounts/"})

    assert User.objects.get(username="alice").menu_is_folded
    assert 'data-menu="folded"' in alice.get("/accounts/").content.decode()


def test_the_theme_is_remembered_and_an_unknown_one_is_not(alice):
    alice.post("/theme/", {"theme": "dark"})
    alice.post("/theme/", {"theme": "pink"})

    assert 'data-bs-theme="dark"' in alice.get("/support/").content.decode()


def test_the_language_switch_shows_the_same_page_with_the_same_query(alice):
    answer = alice.post("/language/", {"language": "ru", "next": "/accounts/?q=ana&sort=-title"})

    assert answer["Location"] == "/accounts/?q=ana&sort=-title"
    assert alice.cookies[settings.LANGUAGE_COOKIE_NAME].value == "ru"
    assert '<html lang="ru"' in alice.get("/accounts/").content.decode()


def test_before_sign_in_the_switch_works_too(client):
    client.post("/language/", {"language": "ru", "next": "/sign-in/login/"})

    assert '<html lang="ru"' in client.get("/sign-in/login/").content.decode()


@pytest.mark.parametrize("onward", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_nobody_is_led_to_another_site(alice, onward):
    assert alice.post("/language/", {"language": "en", "next": onward})["Location"] == "/"


def test_an_older_address_leads_on_with_its_query(alice):
    answer = alice.get("/manage-clients/accounts/?q=ana")

    assert answer["Location"] == "/accounts/?q=ana"


def test_an_older_address_of_something_not_built_is_not_there(alice):
    from portal.shell.menu import BY_KEY, address_of

    if address_of(BY_KEY["fees_templates"]) is None:
        assert alice.get("/manage-clients/fees/templates/").status_code == 404


def test_each_language_is_named_in_itself(alice):
    page = alice.get("/support/").content.decode()

    assert ">English<" in page
    assert ">Русский<" in page
