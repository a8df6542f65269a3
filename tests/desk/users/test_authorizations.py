"""Authorizers: so many approvals by others than the one who asks, and nothing happens before (USR-6, DSH-5)."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import ProgrammingError, transaction
from django.test import Client
from django.utils import timezone

from accounts.ground.access.context import enter
from accounts.ground.authorizations.models import Authorization, AuthorizationRule, Vote
from accounts.ground.outbox.models import OutboxMessage
from accounts.ground.people.models import Seat
from accounts.ground.requests.models import Request
from portal.lapsing import lapse_due
from tests.desk.users.wishes import OWN, add, member, seat_of
from tests.world import PASSWORD

ALL_BOXES = ["view_accounts", "trade", "statements"]


@pytest.fixture
def four(world, browse):
    """A, B and C may approve the adding of users, two of them must; D may not. A and D are officers."""
    people = {
        "a": member(browse, "adam", is_security_officer="on", ability=ALL_BOXES),
        "b": member(browse, "bert", ability=ALL_BOXES),
        "c": member(browse, "cleo", ability=ALL_BOXES),
        "d": member(browse, "dirk", is_security_officer="on", ability=ALL_BOXES),
    }
    rule = {"kind": ["add_user"], "approvals": "2", "seat": [people[name].pk for name in "abc"]}
    assert browse("alice").post("/settings/authorizations/rules/", {**rule, "_password": PASSWORD}).status_code == 302

    def sign_in(name):
        client = Client(raise_request_exception=False)
        client.force_login(people[name].user)
        return client

    return sign_in


def say(client, what, password=OWN, **more):
    waiting = Authorization.unscoped.get()
    return client.post(f"/settings/authorizations/{waiting.pk}/{what}/", {"_password": password, **more}).status_code


def state():
    return Authorization.unscoped.get().state


def test_usr_6_two_others_approve_and_then_it_is_done(four):
    assert add(four("a"), "newcomer", OWN).status_code == 302
    assert seat_of("newcomer") is None

    assert say(four("a"), "approve") == 403
    assert say(four("b"), "approve") == 302
    assert (state(), seat_of("newcomer")) == ("partly", None)
    assert say(four("b"), "approve") == 422
    assert Vote.unscoped.count() == 1
    assert say(four("c"), "approve") == 302

    assert state() == "approved"
    assert seat_of("newcomer").invitation.state == "sent"
    assert Request.unscoped.get(kind="authorization").status == "approved"


def test_who_approves_is_told_what_is_granted(four):
    add(four("a"), "newcomer", OWN, ability=["trade"])
    waiting = Authorization.unscoped.get()
    page = four("b").post(f"/settings/authorizations/{waiting.pk}/approve/").content.decode()
    assert "(all accounts; Trading (1 of 3: Trade button and workstation))" in page


def test_usr_6_one_rejection_ends_it(four):
    add(four("a"), "newcomer", OWN)
    say(four("b"), "approve")

    assert say(four("c"), "reject", reason="not now") == 302

    assert state() == "rejected"
    assert say(four("b"), "approve") == 422
    assert seat_of("newcomer") is None


def test_dsh_5_the_pending_item_is_there_for_authorizers_alone(four, browse, as_role, world):
    add(four("a"), "newcomer", OWN)
    for name, sees in (("a", False), ("b", True), ("c", True), ("d", False)):
        client = four(name)
        assert (b"Request Authorization" in client.get("/pending/").content) is sees, name
        listed = client.get("/api/v1/pending/").json()["results"]
        assert any(row["kind"] == "authorization" for row in listed) is sees, name
        with as_role("portal_web"):
            enter(client.session["_auth_user_id"])
            assert Request.unscoped.filter(kind="authorization").exists() is sees, name
    assert b"Request Authorization" not in browse("alice").get("/pending/").content
    assert b"Request Authorization" not in browse("mallory").get("/pending/").content


def test_who_is_no_authorizer_cannot_approve_on_either_wall(four, world, browse, as_role):
    add(four("a"), "newcomer", OWN)
    assert say(four("d"), "approve") == 403
    for name in ("tess", "bob", "mallory", "ana"):
        assert say(browse(name), "approve", PASSWORD) == 404
    waiting = Authorization.unscoped.get()
    for seat in (world.seats["alice"], Seat.unscoped.get(user__username="adam")):
        with as_role("portal_web"):
            enter(seat.user_id)
            with pytest.raises(ProgrammingError), transaction.atomic():
                Vote.unscoped.create(
                    firm_id=seat.firm_id, authorization=waiting, seat=seat, approves=True, at=timezone.now()
                )
    assert not Vote.unscoped.exists()


def test_an_authorization_runs_out(four):
    add(four("a"), "newcomer", OWN)
    Authorization.unscoped.update(expires_at=timezone.now() - timedelta(seconds=1))

    assert say(four("b"), "approve") == 422
    assert b"Expired" in four("a").get("/settings/authorizations/").content
    assert seat_of("newcomer") is None


def test_an_authorization_that_ran_out_is_ended_and_both_sides_are_told(four):
    add(four("a"), "newcomer", OWN)
    assert say(four("b"), "approve") == 302
    waiting = Authorization.unscoped.get()
    told = OutboxMessage.unscoped.filter(natural_key__startswith="lapsed ")

    assert lapse_due(at=waiting.expires_at - timedelta(seconds=1))["authorizations"] == 0
    assert not told.exists()
    assert lapse_due(at=waiting.expires_at)["authorizations"] == 1
    assert lapse_due(at=waiting.expires_at)["authorizations"] == 0

    waiting.refresh_from_db()
    assert (waiting.state, waiting.finished_at) == ("expired", waiting.expires_at)
    assert Request.unscoped.get(kind="authorization").status == "expired"
    assert sorted(told.values_list("subject", flat=True)) == [
        *["A request for your approval has expired"] * 2,
        "Your request has expired",
    ]
    assert say(four("c"), "approve") == 422
    assert seat_of("newcomer") is None


def test_rules_over_the_api(four, browse, world):
    sure = {"content_type": "application/json", "headers": {"Confirm-Password": PASSWORD}}
    url = "/api/v1/authorizations/rules/"
    (there,) = browse("alice").get(url).json()["results"]
    assert (there["kinds"], there["approvals"], len(there["authorizers"])) == (["add_user"], 2, 3)

    wanted = {"kinds": ["change_rights"], "approvals": 1, "authorizers": [seat_of("bert").pk]}
    assert browse("alice").post(url, wanted, content_type="application/json").status_code == 403
    for bad in (
        {**wanted, "approvals": 2},
        {**wanted, "kinds": ["leave"]},
        {**wanted, "authorizers": [world.seats["bob"].pk]},
        {**wanted, "kinds": []},
    ):
        assert browse("alice").post(url, bad, **sure).status_code == 400
    for name in ("tess", "suki"):
        assert browse(name).post(url, wanted, **sure).status_code in (400, 403)
    assert AuthorizationRule.unscoped.count() == 1

    made = browse("alice").post(url, wanted, **sure)
    assert (made.status_code, made.json()["authorizers"]) == (201, [seat_of("bert").pk])
    one = f"{url}{made.json()['id']}/"
    assert browse("bob").delete(one, **sure).status_code == 404
    assert browse("alice").delete(one, content_type="application/json").status_code == 403
    cache.clear()  # passwords are asked for only so often
    assert browse("alice").delete(one, **sure).status_code == 204

    add(four("a"), "newcomer", OWN)
    waits = browse("alice").delete(f"{url}{there['id']}/", **sure)
    assert (waits.status_code, AuthorizationRule.unscoped.count()) == (400, 1)


def test_nothing_is_carried_out_for_somebody_who_has_left_meanwhile(four):
    add(four("a"), "newcomer", OWN)
    say(four("b"), "approve")
    Seat.unscoped.filter(user__username="adam").update(is_active=False)

    assert say(four("c"), "approve") == 422
    assert state() == "partly"
    assert seat_of("newcomer") is None


def test_a_rule_needs_enough_authorizers(four, browse):
    rule = {"kind": ["change_rights"], "approvals": "3", "seat": [seat_of("bert").pk], "_password": PASSWORD}

    assert browse("alice").post("/settings/authorizations/rules/", rule).status_code == 422
