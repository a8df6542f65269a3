"""Nobody of the back office becomes the client by a PIN link: who is impersonated is told, and has three days."""

from datetime import timedelta
from decimal import Decimal as D
from types import SimpleNamespace

import pytest
from django.test import Client
from django.utils import timezone

from accounts.ground.access.context import acting
from accounts.ground.addresses.models import AddressRule
from accounts.ground.consents.actions import withdraw_closings
from accounts.ground.consents.rules import ConsentProblem
from accounts.ground.outbox.carriers import Undeliverable
from accounts.ground.outbox.models import OutboxMessage
from accounts.ground.pinlinks import actions
from accounts.ground.pinlinks.models import PinFact, PinLink
from accounts.ground.requests.models import Request
from auth2fa.carriers import delivery, screen
from tests.accounts.consents.test_pin_links import ANSWERS, JSON, american, asked, code, link, place
from tests.world import PASSWORD

__all__ = ["american"]
FORMER, OTHER = "+12025550143", "+12025550199"
SECOND = timedelta(seconds=1)


def told(key):
    rows = OutboxMessage.unscoped.filter(natural_key__startswith=key).order_by("channel")
    return [(row.channel, row.recipient) for row in rows]


def verify(world, at):
    return actions.verify(party=world.parties["chidi"], mobile=OTHER, answers=ANSWERS, at=at)


def test_what_was_verified_anew_is_told_and_serves_after_three_days(browse, american):
    found, bob, at = asked(american), browse("bob"), timezone.now()
    bob.post(place(found))
    before = link()

    fact = verify(american, at)

    assert told(f"pin facts {fact.pk} {at.isoformat()}") == [("mail", "chidi@example.test"), ("sms", FORMER)]
    assert OutboxMessage.unscoped.get(natural_key__contains=at.isoformat(), channel="mail").is_secret
    assert Client().get(before).status_code == 404
    links = PinLink.unscoped.count()
    assert "No PIN link before" in bob.get(f"/approvals/changes/{found.pk}/").content.decode()
    assert bob.post(place(found)).status_code == 409
    assert bob.post(f"/api/v1/consents/{found.pk}/pin-link/", **JSON).status_code == 409
    assert PinLink.unscoped.count() == links


def test_the_three_days_are_kept_by_the_database_to_the_second(american):
    found, at = asked(american), timezone.now()
    verify(american, at)
    with acting(american.users["bob"].pk) as who:
        for then in (at, at + timedelta(hours=72) - SECOND):
            with pytest.raises(ConsentProblem, match="No PIN link before"):
                actions.send(who=who, consent=found, at=then)
        actions.send(who=who, consent=found, at=at + timedelta(hours=72))
    secret = link().split("/")[2]
    with pytest.raises(actions.LinkGone):
        actions.open_link(secret=secret, address="unknown", at=at + timedelta(hours=72) - SECOND)
    assert actions.open_link(secret=secret, address="unknown", at=at + timedelta(hours=72)).mobile_end == "0199"


def test_a_first_number_is_told_by_mail_alone(american):
    PinFact.unscoped.all().delete()
    at = timezone.now()
    fact = verify(american, at)
    assert told(f"pin facts {fact.pk}") == [("mail", "chidi@example.test")]


def test_a_forgotten_pin_is_told_and_another_is_created_after_three_days(browse, american):
    found, bob, chidi = asked(american), browse("bob"), american.parties["chidi"]
    bob.post(place(found))
    PinFact.unscoped.filter(party=chidi).update(pin="0" * 64)
    fact = PinFact.unscoped.get(party=chidi)
    act = {"action": "forget_pin", "index": "0", "_selected_action": str(fact.pk), "_password": PASSWORD}

    assert browse("olga").post("/office/accounts/pinfact/", act).status_code == 302

    fact.refresh_from_db()
    assert (fact.pin, timezone.now() - fact.verified_at < timedelta(minutes=5)) == ("", True)
    assert told(f"pin forgotten {fact.pk}") == [("mail", "chidi@example.test"), ("sms", FORMER)]
    assert Client().get(link()).status_code == 404
    assert PinLink.unscoped.get().ended_at is not None
    assert bob.post(place(found)).status_code == 409


def test_another_mail_address_is_told_to_the_old_one(browse, american):
    chidi = american.users["chidi"]
    page = f"/office/accounts/user/{chidi.pk}/change/"
    form = {"first_name": "Chidi", "last_name": "Okafor", "language": "en", "_password": PASSWORD}

    for _time in range(2):
        assert browse("olga").post(page, {**form, "email": "clerk@example.test"}).status_code == 302

    chidi.refresh_from_db()
    assert chidi.email == "clerk@example.test"
    assert told(f"address changed {chidi.pk}") == [("mail", "chidi@example.test")]


def test_texts_count_as_codes_do_and_stop_with_their_money(browse, american, settings):
    settings.CODES_USD_A_DAY = D("0.02")
    found, bob = asked(american), browse("bob")
    bob.post(place(found))
    address, stranger = link(), Client()
    secret, at = address.split("/")[2], timezone.now()
    for seconds in (0, 31):
        opened = actions.open_link(secret=secret, address="unknown", at=at)
        assert actions.send_code(opened=opened, secret=secret, at=at + timedelta(seconds=seconds)) == "sent"
    PinLink.unscoped.update(code_sent_at=at - timedelta(minutes=1))
    assert PinLink.unscoped.get().cost == D("0.02")

    refused = stranger.post(address, {"step": "code"})

    assert (refused.status_code, "No texts can be sent" in refused.content.decode()) == (422, True)
    assert OutboxMessage.unscoped.filter(channel="sms", is_secret=True).count() == 2
    assert "USD 0.02" in OutboxMessage.unscoped.filter(subject="Codes by text and call are stopped").first().body


def test_a_firm_has_so_many_texts_and_a_number_ten_a_day(browse, american, settings):
    found, at = asked(american), timezone.now()
    browse("bob").post(place(found))
    secret = link().split("/")[2]
    opened = actions.open_link(secret=secret, address="unknown", at=at)
    PinLink.unscoped.create(
        **{
            **PinLink.unscoped.values().get(),
            "id": found.pk,
            "link_hash": "0" * 64,
            "ended_at": at,
            "code_sent_at": at - timedelta(hours=1),
            "codes_sent": 9,
        }
    )
    settings.CODES_A_FIRM_AND_DAY = 9
    assert actions.send_code(opened=opened, secret=secret, at=at) == "stopped"
    settings.CODES_A_FIRM_AND_DAY = 500
    assert actions.send_code(opened=opened, secret=secret, at=at) == "sent"
    assert actions.send_code(opened=opened, secret=secret, at=at + timedelta(seconds=31)) == "limit"


def test_a_code_takes_three_tries(browse, american):
    found, stranger = asked(american), Client()
    browse("bob").post(place(found))
    address = link()
    stranger.post(address, {"step": "code"})
    right = code()
    wrong = f"{(int(right) + 1) % 10**8:08d}"
    for _try in range(3):
        assert stranger.post(address, {"step": "mobile", "code": wrong}).status_code == 422
    assert stranger.post(address, {"step": "mobile", "code": right}).status_code == 422
    assert PinLink.unscoped.get().mobile_proved_at is None


def test_a_text_is_not_carried_after_its_code_is_over(monkeypatch):
    sent, at = [], timezone.now()
    monkeypatch.setattr(screen, "send", lambda *_said, seconds, **_more: sent.append(seconds))
    text = SimpleNamespace(subject="", recipient=FORMER, body="x", pk=1, ends_at=at + timedelta(minutes=5))
    delivery.carry(text, at + timedelta(minutes=1))
    with pytest.raises(Undeliverable):
        delivery.carry(text, at + timedelta(minutes=4, seconds=51))
    assert sent == [240]


def test_a_client_held_to_one_network_opens_no_link_elsewhere(browse, american):
    found, stranger, at = asked(american), Client(), timezone.now()
    browse("bob").post(place(found))
    address = link()
    AddressRule.unscoped.create(
        seat=american.seats["chidi"],
        firm_id=american.seats["chidi"].firm_id,
        network="198.51.100.0/24",
        added_at=at,
        added_by_id=american.users["chidi"].pk,
        starts_at=at - timedelta(days=1),
    )

    for said in ({}, {"step": "code"}):
        there = stranger.post(address, said, REMOTE_ADDR="203.0.113.5")
        assert (there.status_code, "no longer works" in there.content.decode()) == (404, True)
    assert not OutboxMessage.unscoped.filter(channel="sms", is_secret=True).exists()
    assert stranger.post(address, {"step": "code"}, REMOTE_ADDR="198.51.100.7").status_code == 200


def test_a_closing_that_has_just_expired_stops_nobody_from_leaving(american):
    late = asked(american, kind="close", at=timezone.now() - timedelta(days=30))
    with acting(american.users["bob"].pk) as who:
        withdraw_closings(who=who, seat=american.seats["bob"], at=timezone.now())
    late.refresh_from_db()
    assert (late.state, late.decided_by, Request.unscoped.get(kind="client_approval").status) == (
        "expired",
        None,
        "expired",
    )
    assert ("mail", "chidi@example.test") in told(f"consent {late.pk} expired owner")
    fresh = asked(american, kind="close")
    with acting(american.users["bob"].pk) as who:
        withdraw_closings(who=who, seat=american.seats["bob"], at=timezone.now())
    fresh.refresh_from_db()
    assert (fresh.state, fresh.decided_by) == ("cancelled", american.users["bob"].pk)
