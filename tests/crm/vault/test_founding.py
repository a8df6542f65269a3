"""Founding a vault: begun again while nothing depends on it, at the same moment twice, and by whom."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connections
from django.test import Client

from accounts.ground.access.context import as_role
from crm.vault.models import Epoch, Grant, Member, MemberState, Vault
from tests.crm.vault.kit import OTHER_PASSWORD, PASSWORD
from tests.crm.vault.people import HOME, SURE, begun, colleague, let_in, papers, set_up, unlock
from tests.world import PASSWORD as SIGN_IN


def confirm(browser, code):
    return browser.post(HOME + "code/", {"code": code}).status_code


def test_papers_that_nobody_has_kept_are_made_anew(world, browse):
    alice = browse("alice")
    lost = papers(set_up(alice))
    assert not Epoch.unscoped.exists() and not Grant.unscoped.exists()
    page = alice.get(HOME).content.decode()
    assert HOME + "set-up/" in page and HOME + "code/" in page
    kept = papers(set_up(alice, OTHER_PASSWORD))
    assert len(kept) == 4 and not set(kept) & set(lost) and Vault.unscoped.count() == 1
    assert confirm(alice, lost[0]) == 422 and confirm(alice, kept[0]) == 302
    assert unlock(alice).status_code == 422 and unlock(alice, OTHER_PASSWORD).status_code == 302
    said = {"storage_password": PASSWORD, "again": PASSWORD}
    assert alice.post(HOME + "sheets/", {**said, "sheet_1": lost[1], "sheet_2": lost[2]}, **SURE).status_code == 422
    assert alice.post(HOME + "sheets/", {**said, "sheet_1": kept[1], "sheet_2": kept[2]}, **SURE).status_code == 200


def test_what_somebody_has_confirmed_is_never_begun_again(world, browse):
    alice = browse("alice")
    begun(alice)
    before = Vault.unscoped.values().get()
    assert set_up(alice, OTHER_PASSWORD).status_code == 422
    code = papers(alice.post(HOME + "code/new/", {"storage_password": PASSWORD}, **SURE))[0]
    assert Member.unscoped.get().state == MemberState.MAKING
    assert HOME + "set-up/" not in alice.get(HOME).content.decode()
    assert set_up(alice, OTHER_PASSWORD).status_code == 422
    assert Vault.unscoped.values().get() == before and Member.unscoped.count() == 1
    assert confirm(alice, code) == 302 and unlock(alice).status_code == 302


def test_a_colleague_waits_until_the_founder_is_done(world, browse):
    alice = browse("alice")
    colleague(world)
    abel = browse("abel")
    shown = papers(set_up(alice))
    assert set_up(abel, OTHER_PASSWORD).status_code == 403
    assert not Member.unscoped.filter(user=world.users["abel"]).exists()
    assert confirm(alice, shown[0]) == 302
    let_in(alice, abel, world)
    assert unlock(abel, OTHER_PASSWORD).status_code == 302


def test_another_manager_begins_again_after_a_day_only(world, browse):
    alice = browse("alice")
    colleague(world)
    seat = world.seats["abel"]
    seat.standing, seat.abilities = world.seats["alice"].standing, []
    seat.save(update_fields=["standing", "abilities"])
    abel = browse("abel")
    shown = papers(set_up(alice))
    assert set_up(abel, OTHER_PASSWORD).status_code == 422
    vault = Vault.unscoped.get()
    vault.founded_at -= timedelta(days=1)
    vault.save(update_fields=["founded_at"])
    assert len(papers(set_up(abel, OTHER_PASSWORD))) == 4
    assert confirm(alice, shown[0]) == 422 and Vault.unscoped.get().founded_by == world.users["abel"]


def test_founding_twice_at_the_same_moment_is_refused_in_words(own_world):
    client = Client()
    with as_role("owner"):
        client.force_login(own_world.users["alice"])
    barrier = Barrier(2)

    def found(_number):
        browser = Client(raise_request_exception=False)
        browser.cookies.update(client.cookies)
        try:
            barrier.wait(30)
            return set_up(browser).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(found, range(2)))
    # One after the other both found, the later anew; at once the later is told so.
    assert answers in ([200, 422], [200, 200])
    with as_role("owner"):
        assert Vault.unscoped.count() == 1
        assert Member.unscoped.exclude(state=MemberState.LEFT).count() == 1


@pytest.mark.parametrize("way", ["set up", "change", "recover"])
def test_asking_for_the_password_of_the_sign_in_is_counted(world, browse, way):
    """Each new storage password that is tried says whether it is the one of the sign-in: after a few one waits."""
    alice = browse("alice")
    code = begun(alice)[0] if way != "set up" else ""

    def ask(password, proof=True):
        said = {"storage_password": password, "again": password}
        if way == "set up":
            return alice.post(HOME + "set-up/", said)
        if way == "change":
            return alice.post(HOME + "change/", {**said, "old": PASSWORD if proof else "wrong wrong wrong"}, **SURE)
        return alice.post(HOME + "recover/", {**said, "code": code if proof else code[::-1]}, **SURE)

    if way != "set up":
        # Without the proof nothing is said of it.
        assert "differ from the password that you sign in with" not in ask(SIGN_IN, proof=False).content.decode()
    told = [ask(SIGN_IN).content.decode()]
    # The wait doubles with each try: on a busy machine it takes a few more until it is longer than a try.
    while "Too many tries" not in told[-1] and len(told) < 14:
        told.append(ask(SIGN_IN).content.decode())
    assert "differ from the password that you sign in with" in told[0]
    assert "differ from the password that you sign in with" not in told[-1] and "Too many tries" in told[-1]
