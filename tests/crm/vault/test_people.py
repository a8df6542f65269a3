"""Storage passwords as people use them: set-up, unlock, lock, change, recovery, joining and leaving."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.conf import settings
from django.utils import timezone

from accounts.ground.outbox.models import OutboxMessage
from accounts.ground.people.models import Seat, User
from crm.vault.models import Epoch, Grant, Member, MemberState, Unlocked, Vault
from tests.crm.vault.kit import OTHER_PASSWORD, PASSWORD
from tests.crm.vault.people import HOME, SURE, begun, colleague, is_open, let_in, papers, set_up, stage, unlock, words
from tests.world import PASSWORD as SIGN_IN

COOKIE = settings.VAULT_COOKIE_NAME


@pytest.mark.parametrize(
    "password",
    [
        "short pass", "passwordpassword", "123456789012345", "qwertyuiopasdfgh", "password1234567",
        "aaaaaaaaaaaaaaaaaa", "alicealicealice", "iloveyouiloveyouiloveyou", "abcdefghijklmnop", "x" * 257,
    ],
)  # fmt: skip
def test_what_can_be_guessed_is_no_storage_password(world, browse, password):
    answer = set_up(browse("alice"), password)
    assert answer.status_code == 422 and not Vault.unscoped.exists() and not Member.unscoped.exists()
    assert password not in answer.content.decode()


def test_it_differs_from_the_sign_in_and_is_typed_twice(world, browse):
    alice = browse("alice")
    assert set_up(alice, SIGN_IN).status_code == 422
    assert set_up(alice, PASSWORD, PASSWORD + "x").status_code == 422
    assert not Vault.unscoped.exists()


def test_from_nothing_to_unlocked_and_locked(world, browse):
    alice = browse("alice")
    shown = papers(set_up(alice))
    assert len(shown) == 4  # the code and three sheets
    assert unlock(alice).status_code == 422  # nothing counts before the code was retyped
    wrong = alice.post(HOME + "code/", {"code": shown[0][:-1] + ("A" if shown[0][-1] != "A" else "B")})
    assert wrong.status_code == 422 and stage(alice)["stage"] == "making"
    assert alice.post(HOME + "code/", {"code": shown[0].lower()}).status_code == 302
    assert stage(alice)["stage"] == "member" and not is_open(alice)
    answer = unlock(alice, to="/accounts/")
    assert answer.status_code == 302 and answer["Location"] == "/accounts/"
    cookie = answer.cookies[COOKIE]
    assert cookie["httponly"] and cookie["samesite"] == "Strict" and not cookie["max-age"] and not cookie["expires"]
    assert is_open(alice)
    assert alice.get(HOME)["Cache-Control"] == "private, no-store"
    locked = alice.post("/lock/")
    assert locked["Clear-Site-Data"] == '"cache"' and not Unlocked.unscoped.exists() and not is_open(alice)


@pytest.mark.parametrize(
    "where", ["//evil.example/", "https://evil.example/", "javascript:alert(1)", "/\\evil.example"]
)
def test_unlocking_leads_nowhere_else(world, browse, where):
    alice = browse("alice")
    begun(alice)
    assert unlock(alice, to=where)["Location"] == HOME


def test_the_cookie_opens_nothing_elsewhere(world, browse):
    alice, second = browse("alice"), browse("alice")
    begun(alice)
    value = unlock(alice).cookies[COOKIE].value
    second.cookies[COOKIE] = value
    assert is_open(alice) and not is_open(second)  # another sign-in session
    bob = browse("bob")
    bob.cookies[COOKIE] = value
    assert not is_open(bob)
    row = Unlocked.unscoped.get()
    assert value not in repr([getattr(row, one.attname) for one in row._meta.concrete_fields])


@pytest.mark.parametrize(("idle", "age"), [(timedelta(minutes=15), None), (None, timedelta(hours=8))])
def test_it_locks_by_itself(world, browse, idle, age):
    alice = browse("alice")
    begun(alice)
    unlock(alice)
    row = Unlocked.unscoped.get()
    if idle:
        Unlocked.unscoped.update(used_at=timezone.now() - idle)
    else:
        # As if it had been opened eight hours ago; the limits are bound, so whoever moves them opens nothing either.
        Unlocked.unscoped.update(until=timezone.now(), used_at=timezone.now())
    assert not is_open(alice)
    Unlocked.unscoped.update(until=row.until + timedelta(hours=3), used_at=timezone.now())
    assert not is_open(alice)
    Unlocked.unscoped.update(until=row.until, used_at=timezone.now(), idle_seconds=10**6)
    assert not is_open(alice)


@pytest.mark.parametrize("event", ["sign out", "password", "seat", "address", "device", "disabled"])
def test_what_changes_the_person_locks(world, browse, event):
    from accounts.ground.addresses.models import AddressRule
    from auth2fa.devices.models import Kind
    from tests.auth2fa.kit import enrolled

    alice, user = browse("alice"), world.users["alice"]
    begun(alice)
    device = enrolled(user, Kind.APP).device
    unlock(alice)
    assert Unlocked.unscoped.count() == 1
    if event == "sign out":
        alice.post("/sign-in/logout/")
    elif event == "password":
        user.set_password("another long enough phrase")
        user.save(update_fields=["password"])
    elif event == "seat":
        Seat.unscoped.filter(pk=world.seats["alice"].pk).update(is_active=False)
    elif event == "address":
        seat = world.seats["alice"]
        AddressRule.unscoped.create(
            firm_id=seat.firm_id, seat=seat, network="192.0.2.0/24", added_at=timezone.now(), added_by=user
        )
    elif event == "device":
        device.revoked_at = timezone.now()
        device.save(update_fields=["revoked_at"])
    else:
        user.is_active = False
        user.save(update_fields=["is_active"])
    assert not Unlocked.unscoped.exists()


def test_guesses_are_counted_and_end(world, browse):
    alice = browse("alice")
    begun(alice)
    for _ in range(5):
        answer = unlock(alice, "no such storage password")
        assert answer.status_code == 422 and "no such storage" not in answer.content.decode()
    member = Member.unscoped.get()
    assert member.wrong == 5 and len(member.wrong_at) == 5
    assert unlock(alice).status_code == 422 and not Unlocked.unscoped.exists()  # even the right one waits
    assert Member.unscoped.get().wrong == 5
    hour_ago = timezone.now() - timedelta(hours=1)
    Member.unscoped.update(wrong=20, wrong_at=[hour_ago] * 20)
    assert unlock(alice).status_code == 422
    Member.unscoped.update(wrong=100, wrong_at=[])
    assert unlock(alice).status_code == 422
    Member.unscoped.update(wrong=99, wrong_at=[hour_ago] * 19)
    assert unlock(alice).status_code == 302 and Member.unscoped.get().wrong == 0


def test_change_keeps_the_code_and_locks_every_browser(world, browse):
    User.objects.filter(username="alice").update(email="alice@northgate.example")
    alice = browse("alice")
    code = begun(alice)[0]
    unlock(alice)
    said = {"old": PASSWORD, "storage_password": OTHER_PASSWORD, "again": OTHER_PASSWORD}
    assert alice.post(HOME + "change/", {**said, "old": "not this one at all"}, **SURE).status_code == 422
    assert Unlocked.unscoped.exists()
    assert alice.post(HOME + "change/", said, **SURE).status_code == 302
    assert not Unlocked.unscoped.exists()
    assert unlock(alice).status_code == 422 and unlock(alice, OTHER_PASSWORD).status_code == 302
    told = OutboxMessage.unscoped.get(subject="Your storage password was changed")
    assert told.recipient == "alice@northgate.example" and OTHER_PASSWORD not in told.body
    answer = alice.post(HOME + "recover/", {"code": code, "storage_password": PASSWORD, "again": PASSWORD}, **SURE)
    new = papers(answer)[0]
    assert new != code and not Unlocked.unscoped.exists()
    assert alice.post(HOME + "code/", {"code": code}).status_code == 422
    assert alice.post(HOME + "code/", {"code": new}).status_code == 302
    assert unlock(alice).status_code == 302


def test_a_colleague_joins_by_six_words_and_leaves(world, browse):
    alice, abel = browse("alice"), None
    colleague(world)
    abel = browse("abel")
    assert set_up(abel, OTHER_PASSWORD).status_code == 403  # only who manages users founds
    begun(alice)
    shown = begun(abel, OTHER_PASSWORD)
    assert len(shown) == 1 and stage(abel)["stage"] == "waiting"
    assert unlock(abel, OTHER_PASSWORD).status_code == 422
    member = Member.unscoped.get(user=world.users["abel"])
    place = f"{HOME}members/{member.pk}/"
    theirs = words(alice.get(place))
    assert words(abel.post(HOME + "words/", {"storage_password": OTHER_PASSWORD})) == theirs
    assert abel.post(place, {"words": theirs, "storage_password": OTHER_PASSWORD}, **SURE).status_code == 403
    assert alice.post(place, {"words": "other words", "storage_password": PASSWORD}, **SURE).status_code == 422
    assert alice.post(place, {"words": theirs, "storage_password": "wrong wrong wrong"}, **SURE).status_code == 422
    assert Grant.unscoped.filter(member=member).count() == 0
    assert alice.post(place, {"words": theirs, "storage_password": PASSWORD}, **SURE).status_code == 302
    assert unlock(abel, OTHER_PASSWORD).status_code == 302 and is_open(abel)
    unlock(alice)
    assert alice.post(place + "out/", {"storage_password": PASSWORD}, **SURE).status_code == 302
    assert not is_open(abel) and not is_open(alice) and not Unlocked.unscoped.exists()
    assert Epoch.unscoped.count() == 2 and not Grant.unscoped.filter(member=member).exists()
    assert stage(abel)["stage"] == "none" and unlock(abel, OTHER_PASSWORD).status_code == 422
    assert unlock(alice).status_code == 302 and is_open(alice)


def test_who_opted_out_of_secure_login_decides_over_nobodys_keys(world, browse, settings):
    from accounts.ground.optouts.models import OptOut
    from tests.auth2fa.test_opt_out import chosen

    alice = browse("alice")
    colleague(world)
    abel = browse("abel")
    _code, *sheets = begun(alice)
    begun(abel, OTHER_PASSWORD)
    member = Member.unscoped.get(user=world.users["abel"])
    place, api = f"{HOME}members/{member.pk}/", f"/api/v1/vault/members/{member.pk}/"
    said = {"words": words(alice.get(place)), "storage_password": PASSWORD}
    settings.OPT_OUT_ROLES = ["client", "top"]
    OptOut.unscoped.create(**chosen(world.users["alice"], "full"))
    new = {"sheet_1": sheets[0], "sheet_2": sheets[1], "storage_password": OTHER_PASSWORD}
    for answer in (
        alice.post(place, said, **SURE),
        alice.post(place + "out/", said, **SURE),
        alice.post(HOME + "sheets/", {**new, "again": OTHER_PASSWORD}, **SURE),
        alice.post(api, said, content_type="application/json", **SURE),
        alice.delete(api, {"storage_password": PASSWORD}, content_type="application/json", **SURE),
        alice.post("/api/v1/vault/sheets/", new, content_type="application/json", **SURE),
    ):
        assert answer.status_code == 403
    member.refresh_from_db()
    assert member.state == MemberState.WAITING and Epoch.unscoped.count() == 1
    assert unlock(alice).status_code == 302  # one's own keys stay one's own


def test_an_old_pepper_is_retired_by_unlocking(world, browse, settings):
    alice = browse("alice")
    begun(alice)
    before = list(settings.VAULT_PEPPERS)
    settings.VAULT_PEPPERS = ["q" * 60, *before]
    assert unlock(alice).status_code == 302
    settings.VAULT_PEPPERS = ["q" * 60]
    assert unlock(alice).status_code == 302


def test_a_key_that_was_swapped_in_between_has_other_words(world, browse):
    """Whoever writes the database puts keys of their own into the waiting row; the six words do not agree."""
    alice = browse("alice")
    colleague(world)
    abel = browse("abel")
    begun(alice)
    begun(abel, OTHER_PASSWORD)
    member = Member.unscoped.get(user=world.users["abel"])
    place = f"{HOME}members/{member.pk}/"
    before = words(alice.get(place))
    Member.unscoped.filter(pk=member.pk).update(box_public=bytes(range(32)))
    assert words(alice.get(place)) != before
    assert alice.post(place, {"words": before, "storage_password": PASSWORD}, **SURE).status_code == 422
    assert not Grant.unscoped.filter(member=member).exists()
    # The newcomer's own page reads their own keys, and these are no longer what the row says.
    assert abel.post(HOME + "words/", {"storage_password": OTHER_PASSWORD}).status_code == 422


def test_two_sheets_open_when_nobody_can(world, browse):
    alice = browse("alice")
    code, *sheets = begun(alice)
    colleague(world)
    abel = browse("abel")
    let_in(alice, abel, world)
    said = {"storage_password": OTHER_PASSWORD + "s", "again": OTHER_PASSWORD + "s"}
    assert alice.post(HOME + "sheets/", {**said, "sheet_1": sheets[0], "sheet_2": sheets[0]}, **SURE).status_code == 422
    assert alice.post(HOME + "sheets/", {**said, "sheet_1": sheets[0], "sheet_2": code}, **SURE).status_code == 422
    assert abel.post(HOME + "sheets/", {**said, "sheet_1": sheets[0], "sheet_2": sheets[2]}, **SURE).status_code == 403
    answer = alice.post(HOME + "sheets/", {**said, "sheet_1": sheets[0], "sheet_2": sheets[2]}, **SURE)
    assert answer.status_code == 200
    assert alice.post(HOME + "code/", {"code": papers(answer)[0]}).status_code == 302
    assert unlock(alice).status_code == 422 and unlock(alice, OTHER_PASSWORD + "s").status_code == 302
    assert unlock(abel, OTHER_PASSWORD).status_code == 302  # the others keep their keys
    # The keys that were given up belong to no later epoch.
    assert Epoch.unscoped.count() == 2
    old = Member.unscoped.get(user=world.users["alice"], state=MemberState.LEFT)
    assert old.stored().print not in Epoch.unscoped.get(number=2).stored().prints
    assert Member.unscoped.filter(user=world.users["alice"]).exclude(state=MemberState.LEFT).get().holds_root


@pytest.mark.parametrize("name", ["ana", "sam", "olga"])
def test_who_has_no_part_in_it_is_refused_in_words(world, browse, name):
    one = browse(name)
    for answer in (one.get(HOME), set_up(one), unlock(one), one.get("/api/v1/vault/"), one.get(HOME + "members/")):
        assert answer.status_code == 403
    assert not Vault.unscoped.exists()


def test_another_practice_has_a_vault_of_its_own_and_reaches_no_other(world, browse):
    alice, bob, mallory = browse("alice"), browse("bob"), browse("mallory")
    begun(alice)
    for other in (bob, mallory):
        assert stage(other) == {"stage": "none", "is_founded": False, "unlocked_until": None}
        begun(other)
        assert unlock(other).status_code == 302 and len(other.get("/api/v1/vault/members/").json()) == 1
    mine = Member.unscoped.get(user=world.users["alice"])
    for other in (bob, mallory):
        assert other.get(f"{HOME}members/{mine.pk}/").status_code == 404
        assert other.get(f"{HOME}members/{uuid4()}/").status_code == 404
    assert Vault.unscoped.count() == 3


def test_the_api_does_the_same(world, browse):
    alice = browse("alice")

    def post(path, sure=None, **said):
        return alice.post(f"/api/v1/vault/{path}", said, content_type="application/json", **sure or {})

    assert post("set-up/", storage_password="too short").status_code == 422
    made = post("set-up/", storage_password=PASSWORD)
    assert made.status_code == 201 and made["Cache-Control"] == "no-store" and len(made.json()["sheets"]) == 3
    assert post("code/", code=made.json()["code"]).json()["stage"] == "member"
    assert post("unlock/", storage_password="wrong wrong wrong").status_code == 422
    assert Member.unscoped.get().wrong == 1
    assert post("unlock/", storage_password=PASSWORD).json()["unlocked_until"]
    assert is_open(alice)
    assert post("lock/").status_code == 204 and not is_open(alice)
    new = {"old": PASSWORD, "storage_password": OTHER_PASSWORD}
    assert post("password/", **new).json()["detail"].startswith("Change your storage password")
    assert post("password/", SURE, **new).status_code == 204
    assert post("unlock/", storage_password=OTHER_PASSWORD).status_code == 200


def test_a_token_opens_nothing(world, browse):
    from accounts.ground.access.context import acting
    from accounts.ground.tokens.actions import create

    begun(browse("alice"))
    with acting(world.users["alice"].pk) as who:
        now = timezone.now()
        _token, secret = create(
            who=who, name="t", abilities=["view_accounts"], expires_at=now + timedelta(days=1), at=now
        )
    program = browse("")
    headers = {"Authorization": f"Bearer {secret}"}
    said = {"storage_password": PASSWORD}
    answer = program.post("/api/v1/vault/unlock/", said, content_type="application/json", headers=headers)
    assert answer.status_code == 403 and not Unlocked.unscoped.exists()


def test_letting_in_and_recovering_are_confirmed_by_the_sign_in_too(world, browse):
    alice = browse("alice")
    code, *sheets = begun(alice)
    colleague(world)
    begun(browse("abel"), OTHER_PASSWORD)
    member = Member.unscoped.get(user=world.users["abel"])
    place = f"{HOME}members/{member.pk}/"
    said = {"words": words(alice.get(place)), "storage_password": PASSWORD}
    new = {"storage_password": OTHER_PASSWORD, "again": OTHER_PASSWORD}
    before = Member.unscoped.order_by("pk").values_list("pk", "state", "blob", "recovery_blob")
    kept = list(before)

    for where, sent in (
        (place, said),
        (place + "out/", said),
        (HOME + "change/", {**new, "old": PASSWORD}),
        (HOME + "code/new/", said),
        (HOME + "recover/", {**new, "code": code}),
        (HOME + "sheets/", {**new, "sheet_1": sheets[0], "sheet_2": sheets[1]}),
    ):
        answer = alice.post(where, sent)
        assert answer.status_code == 403 and "Confirm it is you" in answer.content.decode(), where
    assert list(before.all()) == kept and not Grant.unscoped.filter(member=member).exists()
    assert alice.post(place, said, **SURE).status_code == 302
