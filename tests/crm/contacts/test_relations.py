"""Ties between contacts stand in both sealed records, and go from both."""

import pytest
from django.db import connection

from crm.contacts.models import Contact
from tests.crm.contacts.test_contacts import API, PLACE, added, post_json
from tests.crm.vault.kit import PASSWORD
from tests.crm.vault.people import begun, unlock


@pytest.fixture
def alice(world, browse):
    browser = browse("alice")
    begun(browser)
    unlock(browser)
    return browser


def ties(browser, contact):
    return [(one["kind"], one["other"]) for one in browser.get(f"{API}{contact.pk}/").json()["ties"]]


def test_both_records_say_so_and_nothing_stands_clear(alice):
    ana, ben = added(alice), added(alice, "Ben", "Cole", about="kept")
    place = f"{PLACE}{ana.pk}/ties/"
    page = alice.get(f"{PLACE}{ana.pk}/configuration/?with=cole").content.decode()
    assert f'value="{ben.pk}"' in page
    assert alice.post(place, {"other": ben.pk, "kind": "attorney"}).status_code == 302
    assert ties(alice, ana) == [("attorney", str(ben.pk))] and ties(alice, ben) == [("attorney_of", str(ana.pk))]
    assert "Cole, Ben" in alice.get(f"{PLACE}{ana.pk}/configuration/").content.decode()
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(crm_contact::text, '') FROM crm_contact WHERE id = %s", [ana.pk])
        assert str(ben.pk) not in cursor.fetchone()[0]
    # A change of the fields leaves ties and the other record alone.
    said = {"version": 2, "first_name": "Ben", "name": "Cole", "about": "new"}
    assert alice.post(f"{PLACE}{ben.pk}/edit/", said).status_code == 302
    assert ties(alice, ben) == [("attorney_of", str(ana.pk))]
    assert alice.get(f"{API}{ben.pk}/").json()["record"] == {"about": "new"}
    # Taken out on one side, it is gone from both.
    assert (
        post_json(alice, f"{API}{ben.pk}/ties/", {"kind": "attorney_of", "other": str(ana.pk)}, "delete").status_code
        == 200
    )
    assert ties(alice, ana) == ties(alice, ben) == []


def test_what_is_no_tie_is_refused(world, browse, alice):
    ana, ben = added(alice), added(alice, "Ben", "Cole")
    bob = browse("bob")
    begun(bob)
    unlock(bob, PASSWORD)
    theirs = added(bob, "Zed", "Quill")
    place = f"{API}{ana.pk}/ties/"
    for said, status in (
        ({"kind": "spouse", "other": str(ana.pk)}, 409),
        ({"kind": "spouse", "other": str(theirs.pk)}, 409),
        ({"kind": "friend", "other": str(ben.pk)}, 400),
    ):
        assert post_json(alice, place, said).status_code == status
    assert post_json(bob, place, {"kind": "spouse", "other": str(theirs.pk)}).status_code == 404
    assert alice.post(f"{PLACE}{ana.pk}/ties/", {"other": "x", "kind": "spouse"}).status_code == 302
    assert ties(alice, ana) == []
    assert set(Contact.unscoped.values_list("version", flat=True)) == {1}
    assert post_json(alice, place, {"kind": "spouse", "other": str(ben.pk)}).status_code == 200
    assert post_json(alice, place, {"kind": "spouse", "other": str(ben.pk)}).status_code == 409
