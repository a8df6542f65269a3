"""What a person prefers stays with that person: dates, columns, views, cards."""

import pytest

from portal.preferences.models import Preference, SavedView
from portal.preferences.rules import CARDS, columns_of, moved_up, ordered
from tests.crm.test_groups import make
from tests.crm.vault.people import begun, unlock

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice(client, world):
    client.force_login(world.users["alice"])
    return client


@pytest.mark.parametrize(
    ("form", "shown"), [("iso", "2024-01-02"), ("month_first", "01/02/2024"), ("day_first", "02.01.2024")]
)
def test_days_are_written_in_the_chosen_form(alice, form, shown):
    alice.post("/preferences/dates/", {"dates": form, "next": "/"})

    assert shown in alice.get("/accounts/U1000001/").content.decode()


def test_an_unknown_form_changes_nothing(alice):
    alice.post("/preferences/dates/", {"dates": "stardate"})

    assert not Preference.unscoped.exists()


def test_the_chosen_columns_are_shown_and_others_are_not(alice, world):
    alice.post("/preferences/columns/", {"list": "accounts", "column": ["type", "funded", "password"]})
    page = alice.get("/accounts/").content.decode()

    assert Preference.unscoped.get(pk=world.users["alice"].pk).layout == {"accounts": ["type", "funded"]}
    assert 'sort=funded"' in page
    assert 'sort=opened"' not in page


def test_a_view_is_saved_replaced_shown_and_removed(alice, client, world):
    for query in ("status=O", "?status=C&after=x&by=advisor"):
        alice.post("/preferences/views/", {"list": "accounts", "name": "Mine", "query": query})
    page = alice.get("/accounts/").content.decode()

    assert [one.query for one in SavedView.unscoped.all()] == ["status=C&by=advisor"]
    assert 'href="?status=C&amp;by=advisor"' in page

    client.force_login(world.users["vera"])
    assert "Mine" not in client.get("/accounts/").content.decode()
    client.post("/preferences/views/", {"list": "accounts", "name": "Mine", "do": "forget"})
    assert SavedView.unscoped.count() == 1

    client.force_login(world.users["alice"])
    client.post("/preferences/views/", {"list": "accounts", "name": "Mine", "do": "forget"})
    assert not SavedView.unscoped.exists()


def test_cards_move_up_one_place_and_unknown_ones_stay_out():
    assert moved_up(list(CARDS), CARDS[1])[:2] == [CARDS[1], CARDS[0]]
    assert moved_up(list(CARDS), CARDS[0]) == list(CARDS)
    assert ordered(["news", "nothing", "news"]) == ["news", *(one for one in CARDS if one != "news")]
    assert ordered("news") == list(CARDS)
    assert columns_of("accounts", {"status", "x"}) == ("status",)


def test_a_view_of_the_contacts_keeps_nothing_that_is_sealed(world, browse):
    """Names of groups and words that are looked for inside the records are sealed; a view stands in the clear."""
    browser = browse("alice")
    begun(browser)
    unlock(browser)
    group = make(browser, "Divorce clients")

    def save(query):
        browser.post("/preferences/views/", {"list": "contacts", "name": "Mine", "query": query})
        found = [one.query for one in SavedView.unscoped.all()]
        SavedView.unscoped.all().delete()
        return found

    assert save('q=ruiz+group:"divorce+clients"&sort=name') == [f"q=ruiz&sort=name&group={group.pk}"]
    assert save("group=Divorce+clients") == [f"group={group.pk}"]
    for query in ("q=cancer&inside=1", "q=cancer+in:records", "q=colour:cancer", "group=No+such", "q=group:None"):
        assert save(query) == [], query
    assert "does not keep" in browser.get("/contacts/").content.decode()
    assert save("state=prospect&sort=name") == ["state=prospect&sort=name"]
    browser.post("/lock/")
    assert save("group=Divorce+clients") == []
