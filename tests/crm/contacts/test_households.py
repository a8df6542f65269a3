"""Households hold those who live together under one name, depend on one another, or belong to the family."""

import pytest

from crm.contacts.households import Kin, may_join
from crm.contacts.models import Contact
from tests.crm.contacts.test_contacts import API, PLACE, added, post_json
from tests.crm.contacts.test_relations import ties
from tests.crm.vault.people import begun, unlock


def kin(key, name="ruiz", address="5 elm street reno", kind="person", ties=()):
    return Kin(key, kind, name, address, tuple(ties))


@pytest.mark.parametrize(
    ("new", "belongs"),
    [
        (kin("2"), True),
        (kin("2", name="cole"), False),  # CON-10
        (kin("2", name="cole", ties=[("spouse", "1")]), True),
        (kin("2", name="cole", ties=[("attorney", "1")]), False),
        (kin("2", address="9 oak street"), False),
        (kin("2", address=""), False),
        (kin("2", kind="company", ties=[("owner", "1")]), True),
        (kin("2", kind="company", ties=[("owner", "1"), ("owner", "9")]), False),
        (kin("2", kind="company"), False),
        (kin("2", kind="trust", name="x", address="", ties=[("beneficiary", "1")]), True),
        (kin("2", kind="trust", ties=[("beneficiary", "9")]), False),
    ],
)
def test_who_belongs_to_a_household(new, belongs):
    assert may_join(new, [kin("1")]) is belongs
    assert may_join(new, [])


@pytest.fixture
def alice(world, browse):
    browser = browse("alice")
    begun(browser)
    unlock(browser)
    return browser


def test_two_names_at_one_address_are_no_household_unless_they_depend(alice):
    """CON-10."""
    answer = alice.post(PLACE + "new/", {"kind": "household", "name": "Ruiz household"})
    house = Contact.unscoped.get(pk=answer.url.split("/")[2])
    ana = added(alice, home_address="5 Elm Street\n89501 Reno")
    ben = added(alice, "Ben", "Cole", home_address="5 Elm street, 89501 Reno")
    place = f"{API}{house.pk}/ties/"
    assert post_json(alice, place, {"kind": "member", "other": str(ana.pk)}).status_code == 200
    refused = post_json(alice, place, {"kind": "member", "other": str(ben.pk)})
    assert refused.status_code == 409 and "Household requirements not met" in refused.json()["title"]
    # From the other side it is the same.
    assert post_json(alice, f"{API}{ben.pk}/ties/", {"kind": "household", "other": str(house.pk)}).status_code == 409
    assert ties(alice, ben) == [] and ties(alice, house) == [("member", str(ana.pk))]
    assert post_json(alice, f"{API}{ben.pk}/ties/", {"kind": "spouse", "other": str(ana.pk)}).status_code == 200
    assert post_json(alice, place, {"kind": "member", "other": str(ben.pk)}).status_code == 200
    page = alice.get(f"{PLACE}{house.pk}/").content.decode()
    assert "Ruiz, Ana" in page and "Cole, Ben" in page
    # A person is no household.
    assert post_json(alice, f"{API}{ana.pk}/ties/", {"kind": "member", "other": str(ben.pk)}).status_code == 409
