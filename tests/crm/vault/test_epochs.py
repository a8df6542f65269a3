"""Epochs against whoever writes the database: who has left stays out, and what was begun is not taken back."""

from crm.vault.models import Epoch, Grant, Member, MemberState, Unlocked
from tests.crm.vault.kit import OTHER_PASSWORD, PASSWORD
from tests.crm.vault.people import HOME, SURE, begun, colleague, let_in, papers, unlock
from tests.crm.vault.test_people import COOKIE, is_open


def test_who_has_left_is_not_let_back_in_by_the_database(world, browse):
    """Whoever writes the database turns "left" back and puts the old grants there; the epochs do not name the keys."""
    alice = browse("alice")
    colleague(world)
    colleague(world, "adam")
    abel, adam = browse("abel"), browse("adam")
    begun(alice)
    for name, newcomer in (("abel", abel), ("adam", adam)):
        let_in(alice, newcomer, world, name)
    gone = Member.unscoped.get(user=world.users["abel"])
    old = list(Grant.unscoped.filter(member=gone))
    place = f"{HOME}members/{gone.pk}/out/"
    assert alice.post(place, {"storage_password": PASSWORD}, **SURE).status_code == 302
    Member.unscoped.filter(pk=gone.pk).update(state=MemberState.MEMBER, left_at=None)
    Grant.unscoped.bulk_create(old)
    assert unlock(abel, OTHER_PASSWORD).status_code == 422
    third = Member.unscoped.get(user=world.users["adam"])
    assert alice.post(f"{HOME}members/{third.pk}/out/", {"storage_password": PASSWORD}, **SURE).status_code == 302
    assert Epoch.unscoped.count() == 3 and not Grant.unscoped.filter(member=gone, epoch__gt=1).exists()
    assert unlock(abel, OTHER_PASSWORD).status_code == 422 and unlock(alice).status_code == 302


def test_an_epoch_that_was_begun_is_remembered_at_once(world, browse):
    """The database drops the epoch in which a colleague left, before the master ever unlocked with it."""
    alice = browse("alice")
    colleague(world)
    abel = browse("abel")
    begun(alice)
    let_in(alice, abel, world)
    gone = Member.unscoped.get(user=world.users["abel"])
    old = list(Grant.unscoped.filter(member=gone))
    assert alice.post(f"{HOME}members/{gone.pk}/out/", {"storage_password": PASSWORD}, **SURE).status_code == 302
    Grant.unscoped.filter(epoch=2).delete()
    Epoch.unscoped.filter(number=2).delete()
    Member.unscoped.filter(pk=gone.pk).update(state=MemberState.MEMBER, left_at=None)
    Grant.unscoped.bulk_create(old)
    answer = unlock(alice)
    assert answer.status_code == 422 and "changed from outside" in answer.content.decode()


def test_a_recovered_member_knows_the_newest_epoch(world, browse):
    """The keys under the code are as old as the code; what is remembered of epochs is not."""
    alice = browse("alice")
    colleague(world)
    abel = browse("abel")
    code = begun(alice)[0]
    let_in(alice, abel, world)
    gone = Member.unscoped.get(user=world.users["abel"])
    alice.post(f"{HOME}members/{gone.pk}/out/", {"storage_password": PASSWORD}, **SURE)
    said = {"code": code, "storage_password": OTHER_PASSWORD, "again": OTHER_PASSWORD}
    assert (
        alice.post(HOME + "code/", {"code": papers(alice.post(HOME + "recover/", said, **SURE))[0]}).status_code == 302
    )
    Grant.unscoped.filter(epoch=2).delete()
    Epoch.unscoped.filter(number=2).delete()
    answer = unlock(alice, OTHER_PASSWORD)
    assert answer.status_code == 422 and "changed from outside" in answer.content.decode()


def test_a_browser_that_unlocked_while_an_epoch_began_is_locked(world, browse):
    alice = browse("alice")
    colleague(world)
    abel = browse("abel")
    begun(alice)
    let_in(alice, abel, world)
    unlock(alice)
    row = Unlocked.unscoped.get()
    gone = Member.unscoped.get(user=world.users["abel"])
    value = alice.cookies[COOKIE].value
    alice.post(f"{HOME}members/{gone.pk}/out/", {"storage_password": PASSWORD}, **SURE)
    row.save(force_insert=True)  # as if it was written a moment later
    alice.cookies[COOKIE] = value
    assert not is_open(alice)
