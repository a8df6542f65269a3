"""Somebody leaves: everything moves or ends in one step, and nothing of theirs opens anything any more."""

import time

import pytest
from django.test import Client
from django.utils import timezone

from accounts.ground.access.context import acting, enter, enter_by_token
from accounts.ground.authorizations.models import Authorization, Authorizer
from accounts.ground.consents import actions as consents
from accounts.ground.invitations.actions import hash_of
from accounts.ground.people.models import Seat
from accounts.ground.tokens.models import ApiToken
from accounts.ground.trail.models import TrailEntry
from accounts.ground.tree.models import Account
from tests.desk.users.wishes import OWN, add, link_of, member, seat_of
from tests.world import PASSWORD


@pytest.fixture
def leaver(world, browse):
    """Uma, an officer with a session, a token, an authorizer's duty and an invitation of hers on its way."""
    seat = member(browse, "uma", is_security_officer="on", ability=["trade", "view_accounts"])
    client = Client(raise_request_exception=False)
    client.force_login(seat.user)
    made = client.post(
        "/api/v1/tokens/new/",
        {"name": "robot", "abilities": ["view_accounts"]},
        content_type="application/json",
        headers={"Confirm-Password": OWN},
    )
    assert made.status_code == 201, made.content
    rule = {"kind": ["change_rights"], "approvals": "1", "seat": [seat.pk], "_password": PASSWORD}
    assert browse("alice").post("/settings/authorizations/rules/", rule).status_code == 302
    assert add(client, "guest", OWN).status_code == 302
    return seat, client, made.json()["secret"]


def leave(client, seat, heir):
    return client.post(f"/settings/users/{seat.pk}/leave/", {"heir": heir.pk, "_password": PASSWORD})


def test_the_screen_lists_everything(leaver, browse):
    page = browse("alice").get(f"/settings/users/{leaver[0].pk}/leave/").content.decode()

    for words in ("robot", "change_rights", "guest", "1 open", "Top-level advisor"):
        assert words in page, words


def test_everything_moves_and_every_door_closes_at_once(leaver, browse, world, as_role):
    seat, client, secret = leaver
    assert browse("").get("/api/v1/accounts/", headers={"Authorization": f"Bearer {secret}"}).status_code == 200
    link = link_of("guest")

    began = time.monotonic()
    assert leave(browse("alice"), seat, world.seats["tess"]).status_code == 302
    assert time.monotonic() - began < 5

    assert client.get("/accounts/").status_code in (302, 403)
    assert browse("").get("/api/v1/accounts/", headers={"Authorization": f"Bearer {secret}"}).status_code == 401
    with as_role("portal_web"):
        assert enter(seat.user_id) is None
        assert enter_by_token(hash_of(secret)) is None
    assert Authorizer.unscoped.get().seat == world.seats["tess"]
    assert ApiToken.unscoped.get().revoked_at
    assert seat_of("guest").invitation.invited_by == world.users["tess"]
    assert browse("").get(link).status_code == 200
    assert TrailEntry.unscoped.filter(table="accounts_seat", row=str(seat.pk), user_id=world.users["alice"].pk).exists()


def test_a_closing_that_they_asked_for_is_taken_back(leaver, browse, world):
    """It would be carried out in the leaver's name, which by then may do nothing."""
    with acting(leaver[0].user_id) as who:
        account = Account.unscoped.get(number="U1000001")
        closing = consents.ask(who=who, account=account, kind="close", at=timezone.now())
    assert "U1000001" in browse("alice").get(f"/settings/users/{leaver[0].pk}/leave/").content.decode()

    assert leave(browse("alice"), leaver[0], world.seats["tess"]).status_code == 302

    closing.refresh_from_db()
    account.refresh_from_db()
    assert (closing.state, account.status) == ("cancelled", "O")


def test_their_own_open_invitation_dies(world, browse):
    add(browse("alice"), "uma")
    link = link_of("uma")
    browse("alice").post(f"/settings/users/{seat_of('uma').pk}/remove/", {"_password": PASSWORD})

    assert browse("").get(link).status_code == 404


def test_a_primary_user_leaves_only_when_a_second_manager_agrees(leaver, browse, world):
    """Alice is Northgate's primary user, dora and frank are gone: uma the officer asks, a second officer agrees."""
    _seat, client, _secret = leaver
    second = member(browse, "otto", is_security_officer="on", ability=["trade"])
    alice = world.seats["alice"]
    wish = {"heir": second.pk, "_password": OWN}

    assert client.post(f"/settings/users/{alice.pk}/leave/", wish).status_code == 302
    assert enter(alice.user_id)
    waiting = Authorization.unscoped.get()
    assert (
        client.post(f"/settings/authorizations/{waiting.pk}/approve/", {"_password": wish["_password"]}).status_code
        == 403
    )
    # Nor does the person who is to leave decide about it.
    own = browse("alice").post(f"/settings/authorizations/{waiting.pk}/approve/", {"_password": PASSWORD})
    assert own.status_code in (403, 404)
    assert enter(alice.user_id)

    otto = Client(raise_request_exception=False)
    otto.force_login(second.user)
    assert (
        otto.post(f"/settings/authorizations/{waiting.pk}/approve/", {"_password": wish["_password"]}).status_code
        == 302
    )
    assert enter(alice.user_id) is None
    assert Seat.unscoped.get(pk=alice.pk).ended_at


def test_nobody_leaves_by_themselves_or_to_somebody_elsewhere(leaver, browse, world):
    seat, client, _secret = leaver
    wish = {"_password": OWN}

    assert client.post(f"/settings/users/{seat.pk}/leave/", {**wish, "heir": world.seats["tess"].pk}).status_code == 422
    assert leave(browse("alice"), seat, world.seats["bob"]).status_code == 422
    assert leave(browse("alice"), seat, seat).status_code == 422
    assert Seat.unscoped.get(pk=seat.pk).is_active
