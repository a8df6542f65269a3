"""Somebody leaves: everything moves or ends in one step, and nothing of theirs opens anything any more."""

import time
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.desk.messages import actions as messages
from accounts.ground.access.context import acting, enter, enter_by_token
from accounts.ground.authorizations.models import Authorization, Authorizer
from accounts.ground.consents import actions as consents
from accounts.ground.invitations.actions import hash_of
from accounts.ground.jobs.models import Job
from accounts.ground.people.models import Seat
from accounts.ground.tokens.models import ApiToken
from accounts.ground.trail.models import TrailEntry
from accounts.ground.tree.models import Account
from fees.whatif.models import WhatIfLine
from portal.preferences.models import SavedView
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


def test_what_names_no_colleague_moves_nothing(leaver, browse):
    alice, seat = browse("alice"), leaver[0]
    for heir in ("", "x", "²", "9" * 30, "9" * 5_000):
        answer = alice.post(f"/settings/users/{seat.pk}/leave/", {"heir": heir, "_password": PASSWORD})
        assert answer.status_code == 422, heir[:3]
    seat.refresh_from_db()
    assert seat.is_active and seat.ended_at is None


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


def test_views_move_and_what_ifs_and_long_work_end(leaver, browse, world):
    """Nothing is left that only somebody who has left could open; what was asked of the pages' own login is refused to
    anybody who manages nobody there."""
    seat, tess = leaver[0], world.seats["tess"]
    there = ((tess, "Rich", "q=c"), (tess, "Rich (uma)", "q=d"))
    for owner, name, query in ((seat, "Mine", "q=a"), (seat, "Rich", "q=b"), *there):
        SavedView.unscoped.create(user_id=owner.user_id, seat_id=owner.pk, list="accounts", name=name, query=query)
    mine = {"user_id": seat.user_id, "seat_id": seat.pk, "firm_id": seat.firm_id}
    tried = Job.unscoped.create(**mine, kind="what_if", state="done", result={"totals": 1})
    running = Job.unscoped.create(**mine, kind="export", state="running")
    WhatIfLine.unscoped.create(
        trial_id=tried.pk, account=world["U1000001"], firm_id=seat.firm_id, user_id=seat.user_id, currency="USD"
    )
    with acting(world.users["bob"].pk), connection.cursor() as cur:
        cur.execute("SELECT app_end_work_of_leaver(%s, now()), fees_end_what_ifs(%s)", [seat.pk, seat.pk])
        cur.execute("SELECT portal_move_views(%s, %s)", [seat.pk, world.seats["bob"].pk])
        cur.execute("SELECT app_work_of_leaver(%s), fees_what_ifs_of_leaver(%s)", [seat.pk, seat.pk])
        assert cur.fetchone() == (0, 0)
    assert Job.unscoped.get(pk=running.pk).state == "running"

    page = browse("alice").get(f"/settings/users/{seat.pk}/leave/").content.decode()
    told = browse("alice").get(f"/api/v1/users/{seat.pk}/leave/", headers={"Confirm-Password": PASSWORD}).json()
    for words in ("Mine", "Rich", "1 kept", "1 waiting or running", "stays with your colleagues"):
        assert words in page, words
    assert {"what": "Saved views", "things": ["Mine", "Rich"], "moves": True, "stays": False} in told

    assert leave(browse("alice"), seat, tess).status_code == 302

    views = SavedView.unscoped.order_by("name").values_list("seat_id", "name", "query")
    assert set(views) == {
        (tess.pk, "Mine", "q=a"),
        (tess.pk, "Rich", "q=c"),
        (tess.pk, "Rich (uma)", "q=d"),
        (tess.pk, "Rich (uma 2)", "q=b"),
    }
    tried.refresh_from_db()
    running.refresh_from_db()
    assert (tried.result, running.state) == (None, "cancelled")
    assert not WhatIfLine.unscoped.exists()


def test_a_conversation_goes_on_with_the_colleagues(leaver, browse, world):
    seat = leaver[0]
    with acting(seat.user_id) as who:
        thread = messages.begin(
            who=who, account=Account.unscoped.get(number="U1000001"), subject="Hello", body="How are you?",
            key=uuid4(), at=timezone.now(),
        )  # fmt: skip
    assert "1 conversation" in browse("alice").get(f"/settings/users/{seat.pk}/leave/").content.decode()

    assert leave(browse("alice"), seat, world.seats["tess"]).status_code == 302

    assert browse("alice").get(f"/messages/{thread.pk}/").status_code == 200


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
