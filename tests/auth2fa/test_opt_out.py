"""Opting out of the second proof, wholly or in part: its price, its consequences, its end. SEC-8."""

import html
import re
from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.broker.permissions import actions as permissions
from accounts.broker.permissions.rules import PermissionProblem
from accounts.broker.products.actions import grant
from accounts.broker.products.rules import Permission
from accounts.ground.access.context import acting, enter
from accounts.ground.addresses.models import AddressRule
from accounts.ground.optouts.models import OptOut
from accounts.ground.optouts.queries import waived
from accounts.ground.outbox.models import OutboxMessage
from accounts.ground.people.models import SignInSession
from accounts.ground.signatures.rules import Hand
from auth2fa.devices.models import Kind
from tests.auth2fa.kit import enrolled, latest
from tests.broker.permissions.said import SAID
from tests.world import PASSWORD

PAGE = "/settings/security/opt-out/"
SIGN = f"{PAGE}sign/"
IN = "/settings/security/opt-in/"
HERE = "203.0.113.9"
PENNY = Permission("penny_stocks")


@pytest.fixture
def ana(world):
    ana = world.users["ana"]
    ana.email = "ana@example.test"
    ana.save(update_fields=["email"])
    return ana


@pytest.fixture
def browser(ana):
    client = Client(REMOTE_ADDR=HERE)
    client.force_login(ana)
    return client


def restrict(world, network="203.0.113.0/24", *, name="ana", ago=timedelta(days=2)):
    seat = world.seats[name]
    at = timezone.now() - ago
    return AddressRule.unscoped.create(
        firm_id=seat.firm_id, seat=seat, network=network, added_at=at, added_by=seat.user, starts_at=at
    )


def scheduled(world, **more):
    return restrict(world, ago=timedelta(minutes=-1), **more)


def wish(browser, extent, **more):
    page = html.unescape(browser.get(f"{PAGE}?extent={extent}").content.decode())
    found = re.search(r'name="seen" value="([0-9a-f]{64})"', page)
    seen = found[1] if found else "0" * 64
    return {"extent": extent, "name": "Ana Kestrel", "read": "on", "seen": seen, "_password": PASSWORD, **more}


def opt_out(browser, extent="full", **more):
    return browser.post(SIGN, wish(browser, extent, **more))


def sign_in(name="ana"):
    client = Client(REMOTE_ADDR=HERE)
    return client, client.post("/sign-in/login/", {"login": name, "password": PASSWORD})


def test_it_is_signed_told_and_ends_by_itself(world, ana, browser):
    restrict(world)
    assert opt_out(browser).status_code == 302

    made = OptOut.unscoped.get()
    assert (made.user_id, made.extent, made.signed_name, made.signed_address) == (ana.pk, "full", "Ana Kestrel", HERE)
    assert made.document.startswith("ACKNOWLEDGEMENT") and "USD 50,000" in made.document
    assert made.expires_at == made.signed_at + timedelta(days=90)
    assert OutboxMessage.unscoped.filter(recipient="ana@example.test", subject__contains="opted out").count() == 1
    with pytest.raises(DatabaseError), transaction.atomic():
        OptOut.unscoped.update(expires_at=made.expires_at + timedelta(days=365))
    assert waived(ana.pk, made.expires_at - timedelta(seconds=1)) is not None
    assert waived(ana.pk, made.expires_at) is None


@pytest.mark.parametrize("network", ["", "203.0.0.0/16", "203.0.112.0/23", "2001:db8::/55"])
def test_without_a_narrow_network_nothing_is_signed(world, browser, network):
    if network:
        restrict(world, network)
        restrict(world, "127.0.0.0/8" if ":" not in network else "203.0.113.0/24")
    answer = opt_out(browser, seen="0" * 64)
    assert answer.status_code in (403, 422)
    assert not OptOut.unscoped.exists()


@pytest.mark.parametrize("more", [{"seen": "0" * 64}, {"name": "x"}, {"read": ""}])
def test_an_unread_text_or_no_name_signs_nothing(world, browser, more):
    restrict(world)
    assert opt_out(browser, **more).status_code == 422
    assert not OptOut.unscoped.exists()


def test_it_asks_for_the_password_and_a_device(world, ana, browser):
    restrict(world)
    held = enrolled(ana, Kind.PHONE)
    said = wish(browser, "full", _username="ana")
    assert browser.post(SIGN, said).status_code == 403
    assert not OptOut.unscoped.exists()
    one = latest(ana)
    del said["_password"], said["_username"]
    browser.post(SIGN, {**said, "_challenge": str(one.pk), "_code": held.answer(one)})
    assert OptOut.unscoped.count() == 1


def test_advisors_may_not_where_the_policy_says_owners_only(world, browse):
    restrict(world, "127.0.0.0/24", name="alice")
    alice = browse("alice")
    assert "Not open to your role" in alice.get(PAGE).content.decode()
    answer = alice.post(
        SIGN, {"extent": "full", "name": "Alice", "read": "on", "seen": "0" * 64, "_password": PASSWORD}
    )
    assert answer.status_code == 422 and not OptOut.unscoped.exists()


def test_the_password_alone_opens_only_while_the_network_restriction_is_active(world, ana, browser):
    enrolled(ana, Kind.APP)
    rule = restrict(world)
    OptOut.unscoped.create(**chosen(ana, "full"))

    client, answer = sign_in()
    assert answer["Location"] == "/"
    page = client.get("/")
    assert "You work without a second proof until" in page.content.decode()
    assert 3590 <= client.session.get_expiry_age() <= 3600

    AddressRule.unscoped.filter(pk=rule.pk).update(removed_at=timezone.now(), ends_at=timezone.now())
    _client, answer = sign_in()
    assert answer["Location"] == "/sign-in/code/", "without the restriction the device is asked again"


def test_in_part_the_portal_goes_on_asking(world, ana, browser):
    enrolled(ana, Kind.APP)
    restrict(world)
    OptOut.unscoped.create(**chosen(ana, "partial"))
    assert sign_in()[1]["Location"] == "/sign-in/code/"


def test_when_it_has_expired_the_device_is_asked_again(world, ana):
    enrolled(ana, Kind.APP)
    restrict(world)
    OptOut.unscoped.create(**chosen(ana, "full", ago=timedelta(days=90, seconds=1)))
    assert sign_in()[1]["Location"] == "/sign-in/code/"


def closed_routes(client):
    """What somebody who signs, exports or administers users would post to."""
    seat = client.session.get("seat") or 1
    return [
        reverse("exports:accounts"),
        reverse("consents:agree", args=["00000000-0000-4000-8000-000000000000"]),
        reverse("users:add_address", args=[seat]),
    ]


def test_approving_exporting_and_administering_are_closed_in_full_and_open_in_part(world, ana, browser):
    restrict(world)
    words = "You have opted out of secure login"
    OptOut.unscoped.create(**chosen(ana, "partial"))
    for path in closed_routes(browser):
        assert words not in browser.post(path, {}).content.decode(), path
    OptOut.unscoped.update(ended_at=timezone.now())
    OptOut.unscoped.create(**chosen(ana, "full"))
    for path in closed_routes(browser):
        answer = browser.post(path, {})
        assert answer.status_code == 403 and words in answer.content.decode(), path
    assert browser.get("/").status_code == 200


def test_opting_in_is_at_once_and_ends_a_session_of_the_password_alone(world, ana, browser):
    enrolled(ana, Kind.APP)
    restrict(world)
    opt_out_row = OptOut.unscoped.create(**chosen(ana, "full"))
    client, _answer = sign_in()
    assert client.post(IN)["Location"] == "/sign-in/login/"
    opt_out_row.refresh_from_db()
    assert opt_out_row.ended_at is not None
    assert client.get("/").status_code == 302
    assert sign_in()[1]["Location"] == "/sign-in/code/"
    assert OutboxMessage.unscoped.filter(recipient="ana@example.test", subject__contains="opted in").count() == 1


def test_a_session_of_the_password_alone_ends_at_the_hour_whatever_is_kept_in_it(world, ana):
    restrict(world)
    OptOut.unscoped.create(**chosen(ana, "full"))
    client, _answer = sign_in()
    before = SignInSession.objects.get(user=ana).expire_date
    kept = client.session
    kept["anything"] = 1
    kept.save()
    assert SignInSession.objects.get(user=ana).expire_date == before
    assert before <= timezone.now() + timedelta(hours=1)


@pytest.mark.parametrize("by_api", [False, True])
def test_opting_in_ends_every_session_of_the_password_alone_and_no_other(world, ana, browser, by_api):
    enrolled(ana, Kind.APP)
    restrict(world)
    OptOut.unscoped.create(**chosen(ana, "full"))
    (here, _one), (there, _other) = sign_in(), sign_in()
    answer = here.delete("/api/v1/opt-out/") if by_api else here.post(IN)
    assert answer.status_code in (204, 302)
    for client in (here, there):
        assert client.get("/api/v1/opt-out/").status_code == 401
        for path in closed_routes(browser):
            assert client.post(path, {})["Location"].startswith("/sign-in/login/"), path
    assert browser.get("/").status_code == 200, "what did not begin with the password alone goes on"


def test_a_program_reads_signs_and_ends_it(world, ana, browser):
    restrict(world)
    told = browser.get("/api/v1/opt-out/?extent=full").json()
    assert told["chosen"] is None and told["extent"] == "full"
    said = {"extent": "full", "name": "Ana Kestrel", "seen": told["document_hash"]}
    assert browser.post("/api/v1/opt-out/sign/", said, content_type="application/json").status_code == 403
    sure = {"content_type": "application/json", "headers": {"Confirm-Password": PASSWORD}}
    wrong = browser.post("/api/v1/opt-out/sign/", {**said, "seen": "0" * 64}, **sure)
    assert wrong.status_code == 400 and not OptOut.unscoped.exists()
    assert browser.post("/api/v1/opt-out/sign/", said, **sure).status_code == 201
    assert browser.get("/api/v1/opt-out/").json()["chosen"]["extent"] == "full"
    assert browser.delete("/api/v1/opt-out/").status_code == 204
    assert browser.get("/api/v1/opt-out/").json()["chosen"] is None


def test_the_second_wall_shows_and_takes_nobody_elses_choice(world, ana, as_role):
    OptOut.unscoped.create(**chosen(ana, "full"))
    with as_role("portal_web"), transaction.atomic():
        enter(world.users["ken"].pk)
        assert not OptOut.unscoped.exists()
        with pytest.raises(DatabaseError), transaction.atomic():
            OptOut.unscoped.create(**chosen(ana, "partial"))


# --- SEC-8: penny stocks ---------------------------------------------------------------------------------------------


@pytest.fixture
def approved_above(world):
    with acting(world.users["olga"].pk, alias="office") as who:
        grant(who=who, account=world["F100001"], permissions=[PENNY], day=timezone.now().date(), at=timezone.now())


def ask_for_penny_stocks(world, at=None):
    with acting(world.users["ana"].pk) as who:
        return permissions.ask(who=who, account=world["U1000001"], wanted=[PENNY], at=at or timezone.now())


def test_sec_8_who_has_not_opted_out_may_ask(world, approved_above):
    assert ask_for_penny_stocks(world).state == "requested"


@pytest.mark.parametrize("extent", ["partial", "full"])
def test_sec_8_without_a_restriction_penny_stocks_are_refused(world, ana, approved_above, extent):
    OptOut.unscoped.create(**chosen(ana, extent))
    with pytest.raises(PermissionProblem):
        ask_for_penny_stocks(world)


def test_sec_8_one_that_is_only_scheduled_does_not_count(world, ana, approved_above):
    OptOut.unscoped.create(**chosen(ana, "partial"))
    scheduled(world)
    with pytest.raises(PermissionProblem, match="only scheduled"):
        ask_for_penny_stocks(world)
    assert ask_for_penny_stocks(world, at=timezone.now() + timedelta(days=1)).state == "requested"


def test_sec_8_with_an_active_one_a_partial_opt_out_may_proceed_and_a_full_one_may_not(world, ana, approved_above):
    restrict(world)
    row = OptOut.unscoped.create(**chosen(ana, "partial"))
    asked = ask_for_penny_stocks(world)
    row.ended_at = timezone.now()
    row.save(update_fields=["ended_at"])
    OptOut.unscoped.create(**chosen(ana, "full"))
    with acting(ana.pk) as who, pytest.raises(PermissionProblem, match="not open"):
        permissions.state_facts(who=who, pk=asked.pk, said=SAID, at=timezone.now())


def test_sec_8_an_approval_looks_again(world, ana, approved_above):
    asked, now = ask_for_penny_stocks(world), timezone.now()
    with acting(ana.pk) as who:
        stated = permissions.state_facts(who=who, pk=asked.pk, said=SAID, at=now)
        hand = Hand(name="Ana Kestrel")
        permissions.sign(who=who, pk=asked.pk, hand=hand, seen=stated.document_hash, at=now)
    OptOut.unscoped.create(**chosen(ana, "full"))
    with acting(world.users["alice"].pk) as who, pytest.raises(PermissionProblem):
        permissions.decide(who=who, pk=asked.pk, approve=True, reason="", at=timezone.now())
    asked.refresh_from_db()
    assert asked.state == "review"


def chosen(user, extent, ago=timedelta(minutes=5)):
    at = timezone.now() - ago
    return {
        "user": user,
        "extent": extent,
        "language": "en",
        "document": "x",
        "document_hash": "0" * 64,
        "version": "1",
        "signed_name": "Ana Kestrel",
        "signed_at": at,
        "expires_at": at + timedelta(days=90),
    }
