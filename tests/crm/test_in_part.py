"""CON-8: users with rights on some accounts read what of the client book is about those, and change nothing."""

import pytest
from django.db import ProgrammingError, connection, transaction

from accounts.ground.access import context
from accounts.ground.access.abilities import ABILITIES
from accounts.ground.access.scope import scope
from accounts.ground.people.models import ClientRight, Party, Seat, SeatAccount
from accounts.ground.tree.models import Account
from crm.contacts import search
from crm.contacts.models import Contact
from crm.custom.models import CustomField
from crm.groups.models import Group, GroupMember
from crm.notes.models import Note
from crm.vault.models import Epoch, Member, Unlocked, Vault
from tests.crm.contacts.test_contacts import API as BOOK
from tests.crm.contacts.test_contacts import PLACE as LIST
from tests.crm.contacts.test_contacts import added, post_json
from tests.crm.test_groups import API as GROUPS
from tests.crm.test_groups import PLACE, make, put, titles
from tests.crm.vault.kit import OTHER_PASSWORD
from tests.crm.vault.people import begun, colleague, let_in, unlock

# Two clients of Northgate's own practice, each with one account.
MINE, OTHERS = "U1000001", "U1000002"
SEALED = ("label_sealed", "choices_sealed", "default_sealed")


@pytest.fixture
def alice(world, browse):
    browser = browse("alice")
    begun(browser)
    unlock(browser)
    return browser


def narrow(world, name="abel", *accounts):
    seat = world.seats[name]
    Seat.unscoped.filter(pk=seat.pk).update(holdings="chosen")
    SeatAccount.unscoped.filter(seat=seat).delete()
    for number in accounts:
        SeatAccount.unscoped.create(firm_id=seat.firm_id, seat=seat, account_id=world[number].pk)


@pytest.fixture
def abel(world, browse, alice):
    """A colleague with U1000001 only, who was let in like everybody."""
    colleague(world)
    narrow(world, "abel", MINE)
    browser = browse("abel")
    let_in(alice, browser, world)
    assert unlock(browser, OTHER_PASSWORD).status_code == 302
    return browser


def client_of(world, number):
    return Party.unscoped.get(rights__account=world[number])


@pytest.fixture
def book(world, alice):
    """The contacts of both accounts, and a prospect without one, in a group that everybody sees."""
    assert post_json(alice, BOOK + "bring-in/", {}).status_code == 200
    theirs = [Contact.unscoped.get(party=client_of(world, number)) for number in (MINE, OTHERS)]
    group = make(alice)
    put(alice, group, *theirs, added(alice, "Quentin", "Prospect"))
    return group, *theirs


def told(answer):
    return answer.content.decode()


def test_a_group_shows_whom_one_has_accounts_of_and_stays_as_it_is(world, alice, abel, book):
    group, seen, hidden = book
    page = told(abel.get(PLACE))
    assert "Sailing club" in page and "You cannot change this group." in page and 'name="name"' not in page
    shown = told(abel.get(f"{PLACE}{group.pk}/"))
    assert seen.title in shown and hidden.title not in shown and "Prospect" not in shown
    assert "!" in shown and "You cannot change this group." in shown and 'name="chosen"' not in shown
    said = abel.get(f"{GROUPS}{group.pk}/").json()
    assert (said["contacts"], said["members"], said["may_change"]) == ([str(seen.pk)], 1, False)
    assert [one["members"] for one in abel.get(GROUPS).json()] == [1]
    assert [one["members"] for one in alice.get(GROUPS).json()] == [3]


def test_nothing_of_the_book_is_changed_with_fewer_accounts(world, alice, abel, book):
    group, seen, hidden = book
    record = f"{LIST}{seen.pk}/"
    before = (list(Contact.unscoped.order_by("pk").values()), list(Group.unscoped.values()))
    refused = [
        abel.post(PLACE, {"name": "Mine"}),
        post_json(abel, GROUPS, {"name": "Mine"}),
        abel.post(f"{PLACE}{group.pk}/", {"name": "Mine"}),
        put(abel, group, seen),
        abel.post(f"{PLACE}{group.pk}/members/", {"chosen": seen.pk, "do": "remove"}),
        abel.post(f"{PLACE}{group.pk}/trash/"),
        post_json(abel, f"{GROUPS}{group.pk}/", {"name": "Mine"}, "put"),
        abel.delete(f"{GROUPS}{group.pk}/"),
        abel.post(record + "trash/"),
        abel.post(record + "edit/", {"name": "x"}),
        abel.delete(f"{BOOK}{seen.pk}/"),
        post_json(abel, f"{BOOK}{seen.pk}/state/", {"state": "inactive"}),
        post_json(abel, BOOK, {"first_name": "Ana", "name": "Ruiz"}),
        post_json(abel, BOOK + "several/", {"do": "trash", "contacts": [str(seen.pk)]}),
        abel.post(LIST + "bring-in/"),
        abel.get(record + "agenda/"),
        abel.get(record + "configuration/"),
        abel.get(record + "card/"),
        abel.get(LIST + "export/"),
        abel.get(LIST + "import/"),
        abel.get("/settings/storage-password/members/"),
        abel.get("/settings/storage-password/sheets/"),
        abel.get("/tasks/"),
        abel.get("/documents/"),
        abel.get("/calendar/"),
        abel.get("/workflows/"),
        abel.get("/changes/"),
        abel.get("/settings/storage-password/copy/"),
    ]
    assert {answer.status_code for answer in refused} <= {403, 404, 405}, [one.status_code for one in refused]
    assert not any(hidden.title in told(answer) for answer in refused)
    assert (list(Contact.unscoped.order_by("pk").values()), list(Group.unscoped.values())) == before
    assert GroupMember.unscoped.count() == 3


def test_list_and_record_are_about_ones_accounts_only(world, alice, abel, book):
    _group, seen, hidden = book
    assert titles(abel, "") == [seen.title]
    assert abel.get(BOOK).json()["counts"]["total"] == 1
    page = told(abel.get(LIST))
    assert seen.title in page and hidden.title not in page and "Add contact" not in page and "bring-in" not in page
    for tab in ("", "financial/", "peek/"):
        assert seen.title in told(abel.get(f"{LIST}{seen.pk}/{tab}"))
        assert abel.get(f"{LIST}{hidden.pk}/{tab}").status_code == 404
    assert abel.get(f"{BOOK}{hidden.pk}/").status_code == 404
    # Found by what they see, and by nothing of an account that they have not.
    assert titles(abel, f"?q={MINE}") == titles(abel, "?q=ruizz") == [seen.title]
    ClientRight.unscoped.create(firm_id=seen.firm_id, party=seen.party, account=world[OTHERS])
    Account.unscoped.filter(pk=world[OTHERS].pk).update(alias="Barometer fund")
    assert len(titles(alice, "?q=barometer")) == 2
    assert titles(abel, "?q=barometer") == [] == titles(abel, "?q=prospect")
    page = told(abel.get(f"{LIST}{seen.pk}/financial/"))
    assert MINE in page and OTHERS not in page


def test_searches_inside_open_no_gathered_words_of_others(world, alice, abel, book):
    """Words of the whole book are gathered in parts; those parts stay closed, and what one may read is found."""
    _group, seen, hidden = book
    for one in (seen, hidden):
        read = alice.get(f"{BOOK}{one.pk}/").json()
        kept = {name: read[name] for name in ("kind", "first_name", "name", "email", "phone", "version")}
        if one.party_id:
            kept |= {"first_name": "", "name": ""}
        answer = post_json(alice, f"{BOOK}{one.pk}/", {**kept, "record": {"about": "collects barometers"}}, "put")
        assert answer.status_code == 200, answer.content
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(search, "MOST_FRESH", 0)
        assert len(titles(alice, "?q=barometers&inside=1")) == 2
        assert titles(abel, "?q=barometers&inside=1") == [seen.title]


def test_each_wall_alone_keeps_the_rest(world, alice, abel, book, as_role):
    group, seen, _hidden = book
    who_key = world.users["abel"].pk
    # The first wall, with a login that reads everything.
    who = context.enter(who_key)
    assert who.is_narrowed
    assert set(scope(who, Contact)) == {seen} and set(scope(who, Group)) == {group}
    assert set(scope(who, GroupMember).values_list("contact_id", flat=True)) == {seen.pk}
    assert not scope(who, Note).exists() and scope(who, Epoch).exists()
    # The second, without a scope.
    with as_role("portal_web"):
        context.enter(who_key)
        assert set(Contact.unscoped.values_list("pk", flat=True)) == {seen.pk}
        assert set(GroupMember.unscoped.values_list("contact_id", flat=True)) == {seen.pk}
        assert set(Party.unscoped.values_list("pk", flat=True)) == {seen.party_id}
        assert Contact.unscoped.filter(pk=seen.pk).update(phone="1") == 0
        assert Group.unscoped.update(is_private=True) == 0
        assert GroupMember.unscoped.all().delete()[0] == 0
        assert Member.unscoped.exclude(user_id=who_key).update(state="left") == 0
        assert Unlocked.unscoped.exclude(user_id=who_key).count() == 0
        assert Vault.unscoped.update(root_public=b"x") == 0 == Epoch.unscoped.update(number=9)
        row = {"firm_id": seen.firm_id, "practice_id": seen.practice_id}
        for made in (
            Contact(**row, name="x", record_sealed=b"", created_at=seen.created_at, changed_at=seen.created_at),
            GroupMember(**row, group=group, contact=seen, added_at=seen.created_at),
            CustomField(**row, form="text", position=1, created_at=seen.created_at, **dict.fromkeys(SEALED, b"")),
        ):
            with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
                made.save(force_insert=True)
        with connection.cursor() as cursor:
            cursor.execute("SELECT app_found_in_part(%s, 10)::text[]", [["u"]])
            assert cursor.fetchone()[0] == [str(seen.pk)]
            cursor.execute("SELECT app_found_contacts(%s, 10)::text[]", [["u"]])
            assert cursor.fetchone()[0] == []
    # A client has accounts too, and no part in the book.
    with as_role("portal_web"):
        context.enter(world.users["ana"].pk)
        assert not Contact.unscoped.exists() and not Group.unscoped.exists() and not Member.unscoped.exists()
        with connection.cursor() as cursor:
            cursor.execute("SELECT app_found_in_part(%s, 10)::text[]", [["u"]])
            assert cursor.fetchone()[0] == []


def test_other_accounts_show_other_contacts_at_once(world, alice, abel, book):
    _group, _seen, hidden = book
    narrow(world, "abel", OTHERS)
    unlock(abel, OTHER_PASSWORD)
    assert titles(abel, "") == [hidden.title]
    narrow(world, "abel")
    assert titles(abel, "") == [] and "No contact has your accounts" in told(abel.get(LIST))
    Seat.unscoped.filter(pk=world.seats["abel"].pk).update(is_active=False)
    assert abel.get(LIST).status_code in (302, 403)


def test_who_has_fewer_accounts_founds_no_vault(world, browse):
    colleague(world)
    narrow(world, "abel", MINE)
    Seat.unscoped.filter(pk=world.seats["abel"].pk).update(abilities=[one.key for one in ABILITIES])
    browser = browse("abel")
    answer = browser.post("/settings/storage-password/set-up/", {"storage_password": "x" * 20, "again": "x" * 20})
    assert answer.status_code in (403, 422) and not Vault.unscoped.exists()
