"""Adding, changing and removing users: the acceptance cases USR-1 to USR-5 on pages and API."""

from datetime import timedelta

import pytest
from django.db import ProgrammingError, transaction
from django.test import Client
from django.utils import timezone

from accounts.ground.access.context import enter
from accounts.ground.invitations.models import Invitation
from accounts.ground.outbox.models import OutboxMessage
from accounts.ground.people.models import AccessRole, Seat, User
from accounts.ground.tree.models import Account, Firm
from tests.desk.users.wishes import OWN, accept, add, link_of, member, person, seat_of
from tests.world import PASSWORD


def test_a_user_is_reviewed_confirmed_invited_and_comes_in(world, browse):
    alice, nobody = browse("alice"), browse("")
    review = alice.post("/settings/users/new/", person("uma"))
    assert review.status_code == 200
    assert b"Trade button and workstation" in review.content
    assert seat_of("uma") is None

    assert alice.post("/settings/users/new/confirm/", person("uma")).status_code == 403  # no password yet
    assert seat_of("uma") is None
    assert add(alice, "uma").status_code == 302
    seat = seat_of("uma")
    assert (seat.is_active, seat.user.is_active, seat.user.has_usable_password()) == (False, False, False)
    assert enter(seat.user_id) is None

    assert accept(nobody, "uma").status_code == 302
    assert nobody.post("/sign-in/login/", {"login": "uma", "password": "a pass phrase of their own"}).status_code == 302
    assert enter(seat.user_id).abilities == {"trade", "email", "password"}
    assert Invitation.unscoped.get().state == "submitted"


def test_an_invitation_works_once_and_says_its_state(world, browse):
    add(browse("alice"), "uma")
    link, nobody = link_of("uma"), browse("")
    state = lambda: Invitation.unscoped.get().state  # noqa: E731

    assert state() == "sent"
    nobody.get(link)
    assert state() == "opened"
    assert nobody.get(f"{link}password/").status_code == 302  # data come first
    accept(nobody, "uma")
    for address in (link, f"{link}password/"):
        assert nobody.get(address).status_code == 404
    again = nobody.post(f"{link}password/", {"password1": "another pass phrase", "password2": "another pass phrase"})
    assert again.status_code == 404
    assert User.objects.get(username="uma").check_password("a pass phrase of their own")


def test_sending_again_kills_the_old_link_and_cancelling_kills_it_too(world, browse):
    alice, nobody = browse("alice"), browse("")
    add(alice, "uma")
    old, seat = link_of("uma"), seat_of("uma")
    alice.post(f"/settings/users/{seat.pk}/invite/")
    new = link_of("uma")

    assert old != new
    assert nobody.get(old).status_code == 404
    assert nobody.get(new).status_code == 200
    alice.post(f"/settings/users/{seat.pk}/cancel/")
    assert nobody.get(new).status_code == 404
    assert Invitation.unscoped.get().state == "cancelled"


def test_sending_again_and_cancelling_over_the_api(world, browse):
    alice, nobody = browse("alice"), browse("")
    add(alice, "uma")
    old, seat = link_of("uma"), seat_of("uma")
    url = f"/api/v1/users/{seat.pk}/invitation/"
    for name, status in (("bob", 404), ("tess", 403), ("ana", 404)):
        assert (browse(name).post(url).status_code, browse(name).delete(url).status_code) == (status, status)
    assert nobody.get(old).status_code == 200

    again = alice.post(url)

    assert (again.status_code, again.json()["state"], again.json()["times_sent"]) == (200, "sent", 2)
    new = link_of("uma")
    assert nobody.get(old).status_code == 404
    assert alice.delete(url).status_code == 204
    assert nobody.get(new).status_code == 404
    mine = f"/api/v1/users/{world.seats['alice'].pk}/invitation/"
    assert (alice.post(mine).status_code, alice.delete(mine).status_code) == (400, 400)
    assert world.seats["alice"].is_active


def test_an_invitation_works_for_thirty_days(world, browse):
    add(browse("alice"), "uma")
    found = Invitation.unscoped.get()
    assert found.expires_at - found.sent_at == timedelta(days=30)
    Invitation.unscoped.update(expires_at=timezone.now())

    assert browse("").get(link_of("uma")).status_code == 404
    assert b"Expired" in browse("alice").get("/settings/users/").content


def test_users_are_deleted_next_to_their_name_after_a_confirmation(world, browse):
    alice, tess = browse("alice"), world.seats["tess"]
    page = alice.get("/settings/users/").content.decode()
    assert f"/settings/users/{tess.pk}/remove/" in page
    assert f"/settings/users/{world.seats['alice'].pk}/remove/" not in page  # a primary user, and oneself

    asked = alice.post(f"/settings/users/{tess.pk}/remove/")

    assert asked.status_code == 403
    assert "Remove the user tess" in asked.content.decode()
    assert Seat.unscoped.get(pk=tess.pk).ended_at is None
    assert alice.post(f"/settings/users/{tess.pk}/remove/", {"_password": PASSWORD}).status_code == 302
    assert Seat.unscoped.get(pk=tess.pk).ended_at
    assert f"/settings/users/{tess.pk}/remove/" not in alice.get("/settings/users/").content.decode()


def test_the_link_of_a_removed_user_opens_nothing(world, browse):
    alice = browse("alice")
    add(alice, "uma")
    link = link_of("uma")
    assert alice.post(f"/settings/users/{seat_of('uma').pk}/remove/", {"_password": PASSWORD}).status_code == 302

    assert browse("").get(link).status_code == 404
    assert seat_of("uma").ended_at


def test_what_is_stored_of_a_link_does_not_open_it(world, browse):
    add(browse("alice"), "uma")

    assert browse("").get(f"/invitation/{Invitation.unscoped.get().link_hash}/").status_code == 404
    assert Invitation.unscoped.get().state == "sent"


@pytest.fixture
def funded(world):
    """Ana's account has had its first deposit."""
    Account.unscoped.filter(number="U1000001").update(funded_on="2024-01-03")


def test_a_holder_adds_users_once_the_account_is_open_and_funded(world, browse):
    page, forged = browse("ana").get("/settings/users/new/"), add(browse("ana"), "early", standing="attorney")
    assert (page.status_code, seat_of("early")) == (403, None)
    assert "open and funded" in page.content.decode()
    assert forged.status_code in (400, 422)
    Account.unscoped.filter(number="U1000001").update(funded_on="2024-01-03")
    assert add(browse("ana"), "early", standing="attorney", ability=["view_accounts"]).status_code == 302


def attorneys(browse, count):
    for number in range(count):
        answer = add(browse("ana"), f"attorney{number}", standing="attorney", ability=["view_accounts"])
        assert answer.status_code == 302


def test_usr_1_five_attorneys_and_a_second_user_for_the_third(world, browse, funded):
    attorneys(browse, 5)

    sixth = add(browse("ana"), "attorney6", standing="attorney")
    assert sixth.status_code == 422
    assert b"power of attorney already" in sixth.content
    assert seat_of("attorney6") is None
    third = seat_of("attorney2")
    assert add(browse("ana"), "third2", standing="second", principal=third.pk).status_code == 302
    again = add(browse("ana"), "third3", standing="second", principal=third.pk)
    assert again.status_code == 422
    assert seat_of("third3") is None


def test_usr_2_a_second_user_never_funds(world, browse, funded):
    page = browse("ana").get("/settings/users/new/?standing=second").content.decode()
    box = page[page.index('value="transfer_funds"') :].split(">")[0]
    assert "disabled" in box

    for address in ("/settings/users/new/", "/settings/users/new/confirm/"):
        forged = {**person("ana2", standing="second", ability=["transfer_funds"]), "_password": PASSWORD}
        assert browse("ana").post(address, forged).status_code == 400
    assert seat_of("ana2") is None
    assert not OutboxMessage.unscoped.exists()


def test_usr_3_treasury_with_funding_only(world, browse):
    role = AccessRole.unscoped.create(
        firm_id=world.seats["alice"].firm_id,
        practice_id=world.seats["alice"].practice_id,
        name="Treasury",
        abilities=["bank_information", "transaction_history", "transfer_funds", "transfer_positions"],
    )
    member(browse, "uma", access_role=role.pk, ability=[])
    uma = Client()
    uma.force_login(User.objects.get(username="uma"))

    assert uma.get("/fees/").status_code == 403
    assert uma.get("/api/v1/charges/").status_code == 403
    assert uma.get("/settings/tokens/").status_code == 200


def test_usr_4_default_rights_cannot_be_removed(world, browse):
    seat = member(browse, "uma")
    path = f"/api/v1/users/{seat.pk}/"
    wish = {"abilities": ["trade", "email"]}

    answer = browse("alice").put(path, wish, content_type="application/json", headers={"Confirm-Password": PASSWORD})

    assert answer.status_code == 400
    assert "cannot be removed" in str(answer.json())
    assert enter(seat.user_id).has("password")


def test_usr_5_the_251st_user_is_refused(world, browse):
    alice = world.seats["alice"]
    place = {"role": "top", "firm_id": alice.firm_id, "practice_id": alice.practice_id, "standing": "member"}
    there = Seat.unscoped.filter(**place, ended_at=None).count()
    users = User.objects.bulk_create([User(username=f"many{number}") for number in range(250 - there)])
    Seat.unscoped.bulk_create([Seat(user=user, **place) for user in users])

    answer = add(browse("alice"), "onemore")

    assert answer.status_code == 422
    assert b"250" in answer.content
    assert seat_of("onemore") is None


def test_stl_subs_and_clients_of_introducing_brokers_cannot_add(world, browse):
    from accounts.ground.people.actions import create_user, seat_stl

    world.users["sub"] = create_user(username="sub", password=PASSWORD)
    seat_stl(user=world.users["sub"], account=world["U4000001"])
    assert add(browse("sub"), "nobody1").status_code == 403
    Firm.unscoped.filter(pk=world["F100001"].firm_id).update(is_introducing_broker=True)
    assert browse("ana").get("/settings/users/new/").status_code == 403
    assert add(browse("ana"), "nobody2", standing="attorney").status_code in (400, 422)
    assert seat_of("nobody1") is None
    assert seat_of("nobody2") is None


def test_a_change_of_a_role_reaches_whoever_is_bound_to_it_and_nobody_else(world, browse):
    alice = browse("alice")
    form = {"name": "Traders", "ability": ["trade"], "_password": PASSWORD}
    assert alice.post("/settings/roles/new/", form).status_code == 302
    role = AccessRole.unscoped.get(name="Traders")
    bound, free = member(browse, "uma", access_role=role.pk, ability=[]), member(browse, "una")

    alice.post(f"/settings/roles/{role.pk}/", {"name": "Traders", "ability": ["statements"], "_password": PASSWORD})

    assert enter(bound.user_id).abilities == {"statements", "email", "password"}
    assert enter(free.user_id).abilities == {"trade", "email", "password"}
    assert alice.post(f"/settings/roles/{role.pk}/delete/", {"_password": PASSWORD}).status_code == 422


def test_a_groups_box_ticks_all_and_an_untouched_one_leaves_its_functions_alone(world, browse):
    seat = member(browse, "uma")
    alice, path = browse("alice"), f"/settings/users/{seat.pk}/rights/"

    def save(**said):
        alice.post(path, {"holdings": "all", "_password": PASSWORD, **said})
        return enter(seat.user_id).abilities - {"email", "password"}

    reporting = {"statements", "delivery", "analyst", "tax"}
    assert save(group=["reporting"], was_reporting="none", ability=["trade"]) == {"trade"} | reporting
    # The box is still ticked, because it was, while one function was taken away.
    assert save(group=["reporting"], was_reporting="all", ability=["statements"]) == {"statements"}
    assert save(was_reporting="all", ability=sorted(reporting)) == set()
    page = alice.get(f"/settings/users/{seat.pk}/").content
    assert page.count(b'name="was_') == 6


def test_rights_begin_as_a_copy_of_somebodys(world, browse):
    page = browse("alice").get(f"/settings/users/new/?copy={world.seats['tess'].pk}").content.decode()

    assert "checked" in page[page.index('value="transfer_funds"') :].split(">")[0]
    assert "checked" not in page[page.index('value="trade"') :].split(">")[0]


@pytest.mark.parametrize("name", ["bob", "sam", "ana", "mallory"])
def test_users_of_another_place_do_not_exist(world, browse, name):
    seat, client = world.seats["tess"], browse(name)

    assert b"tess" not in client.get("/settings/users/").content
    for path in ("", "rights/", "remove/", "invite/", "cancel/", "leave/"):
        answer = client.post(f"/settings/users/{seat.pk}/{path}", {"_password": PASSWORD, "heir": seat.pk})
        assert answer.status_code in (404, 405), path
    assert client.get(f"/api/v1/users/{seat.pk}/").status_code == 404
    assert Seat.unscoped.get(pk=seat.pk).is_active


def test_an_officer_gives_no_more_than_it_has(world, browse):
    officer = member(browse, "uma", is_security_officer="on", ability=["trade", "statements"])
    client = Client()
    client.force_login(officer.user)

    assert add(client, "una", OWN, ability=["trade"]).status_code == 302
    assert add(client, "uwe", OWN, ability=["fees"]).status_code == 400
    for path, wish in (
        (f"/settings/users/{officer.pk}/rights/", {"ability": ["fees"], "holdings": "all"}),
        (f"/settings/users/{world.seats['alice'].pk}/rights/", {"ability": [], "holdings": "all"}),
    ):
        assert client.post(path, {**wish, "_password": OWN}).status_code in (400, 403)
    assert seat_of("uwe") is None
    assert enter(world.users["alice"].pk).abilities is None


def test_foreign_accounts_cannot_be_given(world, browse):
    answer = add(browse("alice"), "uma", holdings="chosen", accounts="U1000001 U9000001")

    assert answer.status_code == 400
    assert seat_of("uma") is None


def test_the_second_wall_lets_a_manager_write_only_beside_itself(world, as_role):
    alice, bob = world.seats["alice"], world.seats["bob"]
    wishes = [
        {"role": "second", "practice_id": bob.practice_id, "standing": "member"},
        {"role": "top", "practice_id": alice.practice_id, "standing": "primary"},
        {"role": "office", "practice_id": None, "firm_id": None, "standing": "member"},
    ]
    for wish in wishes:
        with as_role("portal_web"):
            enter(alice.user_id)
            with pytest.raises(ProgrammingError), transaction.atomic():
                Seat.unscoped.create(user=world.users["frank"], **{"firm_id": alice.firm_id, **wish})
    with as_role("portal_web"):
        enter(world.users["tess"].pk)
        assert Seat.unscoped.filter(pk=world.seats["vera"].pk).update(is_active=False) == 0
        with pytest.raises(ProgrammingError), transaction.atomic():
            User.objects.create(username="staff", is_staff=True, is_superuser=True)


def test_the_api_adds_lists_changes_and_removes(world, browse):
    alice = browse("alice")
    wish = {
        **{key: value for key, value in person("uma").items() if key != "ability"},
        "abilities": ["email", "password", "trade"],
    }
    assert alice.post("/api/v1/users/new/", wish, content_type="application/json").status_code == 403
    assert seat_of("uma") is None
    answer = alice.post(
        "/api/v1/users/new/", wish, content_type="application/json", headers={"Confirm-Password": PASSWORD}
    )
    assert answer.status_code == 201, answer.content
    path = f"/api/v1/users/{answer.json()['id']}/"
    assert "uma" in {row["username"] for row in alice.get("/api/v1/users/").json()["results"]}
    change = {"abilities": ["email", "password", "statements"]}
    assert alice.put(path, change, content_type="application/json", headers={"Confirm-Password": PASSWORD}).json()[
        "abilities"
    ] == ["statements"]
    assert alice.delete(path, headers={"Confirm-Password": PASSWORD}).status_code == 204
    assert seat_of("uma").ended_at


def test_a_password_given_for_one_json_wish_does_not_open_another(world, browse):
    alice = browse("alice")
    role = {"name": "One", "abilities": ["trade"]}
    wrong = {**role, "abilities": ["trade", "no such thing"]}
    assert (
        alice.post(
            "/api/v1/roles/", wrong, content_type="application/json", headers={"Confirm-Password": PASSWORD}
        ).status_code
        == 400
    )

    assert alice.post("/api/v1/roles/", role, content_type="application/json").status_code == 403
    assert not AccessRole.unscoped.exists()
