"""Groups hold contacts by hand or by a search; a private one is its maker's, a public one is changed by few."""

import pytest
from django.db import connection

from crm.contacts.models import Contact
from crm.groups.models import Group, GroupMember
from tests.crm.contacts.test_contacts import API as BOOK
from tests.crm.contacts.test_contacts import PLACE as LIST
from tests.crm.contacts.test_contacts import added, post_json
from tests.crm.vault.kit import OTHER_PASSWORD
from tests.crm.vault.people import begun, colleague, let_in, unlock

PLACE = "/groups/"
API = "/api/v1/groups/"


@pytest.fixture
def alice(world, browse):
    browser = browse("alice")
    begun(browser)
    unlock(browser)
    return browser


@pytest.fixture
def abel(world, browse, alice):
    colleague(world)
    browser = browse("abel")
    let_in(alice, browser, world)
    unlock(browser, OTHER_PASSWORD)
    return browser


def make(browser, name="Sailing club", **more):
    answer = browser.post(PLACE, {"name": name, **more})
    assert answer.status_code == 302, answer.content.decode()
    return Group.unscoped.get(pk=answer.url.split("/")[2])


def put(browser, group, *contacts):
    return browser.post(f"{PLACE}{group.pk}/members/", {"chosen": [one.pk for one in contacts]})


def titles(browser, query):
    return [one["title"] for one in browser.get(BOOK + query).json()["results"]]


def test_a_group_is_filled_by_hand_and_filters_the_list(alice):
    ana, ben = added(alice), added(alice, "Ben", "Cole")
    group = make(alice)
    assert put(alice, group, ana).status_code == 302
    assert titles(alice, f"?group={group.pk}") == titles(alice, '?q=group:"sailing Club"') == ["Ruiz, Ana"]
    page = alice.get(f"{PLACE}{group.pk}/?with=cole").content.decode()
    assert "Ruiz, Ana" in page and f'value="{ben.pk}"' in page
    assert "Sailing club" in alice.get(f"{LIST}?group={group.pk}").content.decode()
    assert "Sailing club" in alice.get(f"{LIST}{ana.pk}/configuration/").content.decode()
    alice.post(f"{LIST}{ana.pk}/trash/")
    assert titles(alice, f"?group={group.pk}") == []
    alice.post(f"{LIST}{ana.pk}/back/")
    said = {"chosen": ana.pk, "do": "remove", "to": "record"}
    assert alice.post(f"{PLACE}{group.pk}/members/", said).url == f"{LIST}{ana.pk}/configuration/"
    assert not GroupMember.unscoped.exists()


def test_a_saved_search_holds_whoever_it_finds(alice):
    added(alice)
    group = make(alice, query="q=ruiz&state=prospect")
    assert titles(alice, f"?group={group.pk}") == ["Ruiz, Ana"]
    ben = added(alice, "Ben", "Ruiz")
    assert titles(alice, f"?group={group.pk}") == ["Ruiz, Ana", "Ruiz, Ben"]
    put(alice, group, ben)
    assert not GroupMember.unscoped.exists()
    assert post_json(alice, f"{API}{group.pk}/members/", {"contacts": [str(ben.pk)]}).status_code == 409


def test_a_saved_search_is_never_the_whole_book_by_a_slip(alice):
    """What a search does not say, or says of a group, is not left out silently: such a group held everybody."""
    added(alice)
    group = make(alice)
    slips = ("sort=name", "trash=1", "sate=prospect", "state=prospekt", "q=colour:red", "state=prospect&sate=x")
    for query in (*slips, f"group={group.pk}", f"q=ruiz&group={group.pk}", "q=tag:Sailing"):
        page = alice.post(PLACE, {"name": "All", "query": query})
        assert page.status_code == 422 and 'role="alert"' in page.content.decode(), query
        answer = post_json(alice, API, {"name": "All", "query": query})
        assert answer.status_code == 400 and "query" in answer.json()["errors"], query
    assert Group.unscoped.count() == 1
    # How the list was sorted and whether its filters stood open says nothing of who is in it.
    kept = make(alice, "Found", query="q=ruiz&sort=-name&filter=1")
    assert titles(alice, f"?group={kept.pk}") == ["Ruiz, Ana"]


def test_a_search_that_is_no_longer_understood_holds_nobody(alice, monkeypatch):
    ana = added(alice)
    kept = make(alice, query="q=ruiz")
    monkeypatch.setattr("crm.groups.models.Group.text", lambda *a: "sate=prospect")
    assert titles(alice, f"?group={kept.pk}") == []
    said = {"do": "trash", "query": f"group={kept.pk}"}
    assert post_json(alice, BOOK + "several/", said).json()["count"] == 0
    ana.refresh_from_db()
    assert ana.trashed_at is None


def test_the_list_offers_to_keep_what_a_group_can_hold(alice):
    added(alice)
    group = make(alice)
    for query in ("", "?sort=name", "?trash=1", f"?group={group.pk}", "?q=colour:red"):
        assert "Keep as a group" not in alice.get(LIST + query).content.decode(), query
    # What is about the search stands in what is swapped while one types.
    page = alice.get(LIST + "?state=prospect").content.decode()
    swapped = page.partition('id="of-search"')[2].partition("</div>\n  <a")[0]
    assert 'hx-select-oob="#states,#of-search"' in page
    assert swapped.count('value="state=prospect"') == 2 and "/contacts/export/?state=prospect" in swapped
    assert (
        'name="query" value="q=ruiz&amp;state=prospect"' in alice.get(LIST + "?q=ruiz&state=prospect").content.decode()
    )


def test_names_and_searches_are_sealed(alice):
    make(alice, "Quillmarsh heirs", query="q=quillmarsh")
    with connection.cursor() as cursor:
        cursor.execute("SELECT crm_group::text FROM crm_group")
        row = cursor.fetchone()[0].lower()
    assert "quillmarsh" not in row and b"quillmarsh".hex() not in row and b"Quillmarsh".hex() not in row


def test_a_public_group_is_changed_by_its_maker_and_who_manages(alice, abel):
    """A colleague sees it, marked "!", and cannot change it. Who has fewer accounts: tests/crm/test_in_part.py."""
    ana, ben = added(alice), added(alice, "Ben", "Cole")
    group = make(alice)
    put(alice, group, ana)
    page = abel.get(PLACE).content.decode()
    assert "Sailing club" in page and "You cannot change this group." in page
    shown = abel.get(f"{PLACE}{group.pk}/").content.decode()
    assert "Ruiz, Ana" in shown and "You cannot change this group." in shown and 'name="name"' not in shown
    place, told = f"{API}{group.pk}/", {"contacts": [str(ben.pk)]}
    for answer in (
        put(abel, group, ben),
        abel.post(f"{PLACE}{group.pk}/", {"name": "Mine"}),
        abel.post(f"{PLACE}{group.pk}/trash/"),
        post_json(abel, place, {"name": "Mine"}, "put"),
        post_json(abel, place + "members/", told),
        post_json(abel, place + "members/", {"contacts": [str(ana.pk)]}, "delete"),
        abel.delete(place),
    ):
        assert answer.status_code == 403 and "whoever made it" in answer.content.decode()
    group.refresh_from_db()
    assert (group.version, group.trashed_at) == (1, None)
    assert list(GroupMember.unscoped.values_list("contact_id", flat=True)) == [ana.pk]
    # Alice manages the practice's users: she changes his, and hides it from nobody.
    his = make(abel, "Abel's")
    assert alice.post(f"{PLACE}{his.pk}/", {"name": "Abel and Alice"}).status_code == 302
    assert alice.post(f"{PLACE}{his.pk}/", {"name": "x", "private": "1"}).status_code == 403
    assert alice.get(f"{API}{his.pk}/").json()["name"] == "Abel and Alice"


def test_a_private_group_is_nobody_elses(alice, abel, world):
    """CON-9."""
    ana = added(abel)
    group = make(abel, "Abel's own", private="1")
    put(abel, group, ana)
    assert "own" in abel.get(PLACE).content.decode()
    for browser in (alice,):
        assert "Abel&#x27;s own" not in browser.get(PLACE).content.decode()
        assert browser.get(API).json() == []
        for answer in (
            browser.get(f"{PLACE}{group.pk}/"),
            browser.get(f"{API}{group.pk}/"),
            put(browser, group, ana),
            browser.post(f"{PLACE}{group.pk}/trash/"),
            browser.post(f"{PLACE}{group.pk}/back/"),
            post_json(browser, f"{API}{group.pk}/", {"name": "x"}, "put"),
        ):
            assert answer.status_code == 404
        assert titles(browser, f"?group={group.pk}") == []
        assert "own" not in browser.get(f"{LIST}{ana.pk}/configuration/").content.decode().split("groups-title")[2]
    group.refresh_from_db()
    assert (group.version, group.trashed_at, GroupMember.unscoped.count()) == (1, None, 1)


def test_the_second_wall_alone_keeps_private_groups(world, alice, abel, as_role):
    from django.db import ProgrammingError, transaction

    from accounts.ground.access import context

    ana = added(abel)
    hidden, shown = make(abel, "hidden", private="1"), make(alice, "shown")
    put(abel, hidden, ana)
    with as_role("portal_web"):
        context.enter(world.users["alice"].pk)
        assert set(Group.unscoped.values_list("pk", flat=True)) == {shown.pk}
        assert not GroupMember.unscoped.exists()
        assert Group.unscoped.filter(pk=hidden.pk).update(is_private=False) == 0
    with as_role("portal_web"):
        who = context.enter(world.users["abel"].pk)
        assert Group.unscoped.filter(pk=shown.pk).update(is_private=True) == 0
        row = {"firm_id": who.firm_id, "practice_id": who.practice_id, "contact": ana, "added_at": ana.created_at}
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            GroupMember.unscoped.create(group=shown, **row)
    with as_role("portal_web"):
        context.enter(world.users["bob"].pk)
        assert not Group.unscoped.exists()
    for role in ("portal_office", "portal_worker"):
        with as_role(role), pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            Group.unscoped.count()


def test_trash_and_back_and_what_is_no_group(world, browse, alice):
    ana = added(alice)
    group = make(alice)
    put(alice, group, ana)
    alice.post(f"{PLACE}{group.pk}/trash/")
    assert alice.get(f"{PLACE}{group.pk}/").status_code == 404
    assert "no such group" in alice.get(f"{LIST}?group={group.pk}").content.decode()
    assert "Sailing club" in alice.get(PLACE + "?trash=1").content.decode()
    assert alice.post(f"{API}{group.pk}/back/").status_code == 200
    assert alice.get(f"{API}{group.pk}/").json()["contacts"] == [str(ana.pk)]
    for said in ({"name": " "}, {"name": "x" * 101}, {"name": "x", "query": "q=" + "y" * 2000}):
        assert alice.post(PLACE, said).status_code == 422
        assert post_json(alice, API, said).status_code == 400
    assert Group.unscoped.count() == 1
    bob = browse("bob")
    begun(bob)
    unlock(bob)
    theirs = added(bob, "Zed", "Quill")
    assert put(alice, group, theirs).status_code == 302
    assert GroupMember.unscoped.count() == 1 and Contact.unscoped.count() == 2
    assert bob.get(f"{PLACE}{group.pk}/").status_code == 404 and bob.get(API).json() == []


def test_tokens_are_filters_and_unknown_ones_are_told(world, alice):
    alice.post(LIST + "bring-in/")
    added(alice, "Ben", "Cole")
    assert titles(alice, "?q=state:prospect") == titles(alice, "?q=cole state:prospect owner:me") == ["Cole, Ben"]
    assert titles(alice, "?q=owner:none") == titles(alice, "?q=owner:bob") == titles(alice, "?q=state:open cole") == []
    assert len(titles(alice, "?q=status:o kind:person")) == len(titles(alice, "?state=open")) == 2
    page = alice.get(LIST + "?q=cole colour:red").content.decode()
    assert "Not understood: colour:red" in page and "Cole, Ben" not in page
    chips = alice.get(LIST + "?q=cole kind:person").content.decode()
    assert 'href="?q=cole"' in chips


def test_a_group_is_a_selection_for_fees(world, alice):
    """Ana's account is Alice's to bill; Chidi is a client of another practice, and a prospect has no account."""
    group = make(alice)
    alice.post(LIST + "bring-in/")
    ana, other = Contact.unscoped.get(party=world.parties["ana"]), added(alice)
    put(alice, group, other)
    assert "Change the fees" not in alice.get(f"{PLACE}{group.pk}/").content.decode()
    put(alice, group, ana)

    page = alice.get(f"{PLACE}{group.pk}/").content.decode()

    assert "Change the fees of 1 account" in page and 'name="numbers" value="U1000001"' in page
    chosen = alice.post("/fees/configure/", {"do": "choose", "numbers": "U1000001"}).content.decode()
    assert ">U1000001</textarea>" in chosen


def test_who_sets_no_fees_is_offered_none(world, alice, abel):
    group = make(alice)
    alice.post(LIST + "bring-in/")
    put(alice, group, Contact.unscoped.get(party=world.parties["ana"]))
    seat = world.seats["abel"]
    seat.abilities = [one for one in seat.abilities if one != "fees"]
    seat.save(update_fields=["abilities"])

    assert "Change the fees" not in abel.get(f"{PLACE}{group.pk}/").content.decode()
