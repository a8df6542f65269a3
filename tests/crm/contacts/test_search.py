"""A long book is searched by gathered words: the same is found as by opening every record, and nothing stands clear."""

import pytest
from django.db import connection
from django.utils import timezone

from accounts.ground.access.context import acting
from crm.contacts import search
from crm.contacts.models import Contact
from crm.contacts.segments import SearchPart
from crm.vault.actions import open_own, open_ring
from crm.vault.models import Unlocked
from crm.vault.sealed import Opened
from tests.crm.contacts.test_contacts import API, PLACE, added
from tests.crm.vault.kit import PASSWORD
from tests.crm.vault.people import begun, unlock


@pytest.fixture
def alice(world, browse):
    browser = browse("alice")
    begun(browser)
    unlock(browser)
    return browser


@pytest.fixture
def gathered(world):
    """Gathers all there is, as a search does once many records are not gathered."""

    def gather(most=4000, at=None):
        at = at or timezone.now()
        with acting(world.users["alice"].pk) as who:
            member, own, _key = open_own(who, PASSWORD, at)
            return search.gather(Opened(open_ring(who, member, own), who, Unlocked(used_at=at)), at, most)

    return gather


def inside(browser, words):
    found = browser.get(API, {"q": words, "inside": "1"}).json()["results"]
    return [one["title"] for one in found]


def test_gathered_or_not_the_same_is_found(alice, gathered):
    ana = added(alice, about="Sails a yacht in Trondheim", citizenship="NOR")
    added(alice, "Ben", "Cole", about="Keeps bees in Trondheim")
    needles = ("trondheim", "yacht sails", "TRÖNDHEIM bees", "ondhei", "Trondhiem", "nor yacht", "x-ray", "about")
    before = [inside(alice, needle) for needle in needles]
    assert before[:2] == [["Cole, Ben", "Ruiz, Ana"], ["Ruiz, Ana"]] and before[-1] == []
    assert gathered(1) == 1 and gathered() == 1 and gathered() == 0
    assert [inside(alice, needle) for needle in needles] == before
    # What was written over since is found as it stands now, and not as it stood.
    said = {"version": 1, "kind": "person", "first_name": "Ana", "name": "Ruiz", "about": "Rides in Bergen"}
    assert alice.post(f"{PLACE}{ana.pk}/edit/", said).status_code == 302
    assert inside(alice, "yacht") == [] and inside(alice, "bergen") == ["Ruiz, Ana"]
    assert gathered() == 1
    assert inside(alice, "yacht") == [] and inside(alice, "bergen") == inside(alice, "Bergenn") == ["Ruiz, Ana"]


def test_gathered_words_are_sealed_and_somebody_elses_find_nothing(alice, gathered, browse):
    added(alice, about="Quillmarsh orchard")
    gathered()
    with connection.cursor() as cursor:
        cursor.execute("SELECT crm_searchpart::text FROM crm_searchpart")
        row = cursor.fetchone()[0].lower()
    assert "quillmarsh" not in row and b"quillmarsh".hex() not in row and Contact.unscoped.get().pk.hex not in row
    bob = browse("bob")
    begun(bob)
    unlock(bob)
    assert inside(bob, "quillmarsh") == []
    broken = SearchPart.unscoped.get()
    broken.words_sealed = bytes(broken.words_sealed)[:-1] + b"\0"
    broken.save(update_fields=["words_sealed"])
    assert inside(alice, "quillmarsh") == []


def test_many_that_are_not_gathered_are_gathered_by_the_next_search(alice, monkeypatch):
    monkeypatch.setattr(search, "MOST_FRESH", 1)
    for name in ("Ana", "Ben", "Cy"):
        added(alice, name, about=f"Likes {name} owls")
    assert len(inside(alice, "owls")) == 3
    assert SearchPart.unscoped.get().size == 3 and not Contact.unscoped.filter(search.NOT_GATHERED).exists()
    assert inside(alice, "ben owls") == ["Ruiz, Ben"]


def test_the_part_that_was_gathered_later_is_the_younger_one(alice, gathered):
    """The moment of the last sign of life moves every half minute only; what is gathered within one has an order."""
    at = timezone.now()
    added(alice, about="owls")
    gathered(at=at)
    added(alice, "Ben", "Cole", about="herons")
    added(alice, "Cy", "Ode", about="gulls")
    gathered(at=at)
    first, second = SearchPart.unscoped.order_by("made_at")
    assert (first.made_at, first.size, second.size) == (at, 1, 2) and second.made_at > at
