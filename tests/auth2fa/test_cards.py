"""Security cards: a vendor's file, a PIN of four digits, a card in the mail, and its first response (SEC-1)."""

import secrets
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from pskc import PSKC

from auth2fa.cards.models import StockedCard
from auth2fa.devices.models import Device
from auth2fa.factors.card import SUITE, Card
from auth2fa.factors.pskc import BadFile, read
from tests.auth2fa.kit import PIN, latest
from tests.world import PASSWORD

NEW = "/settings/security/devices/new/"
KEY = secrets.token_bytes(32)


def written(tmp_path, *, password="", suite=SUITE, serials=("C-1001", "C-1002"), key=KEY):
    """A vendor's file."""
    file = PSKC()
    for serial in serials:
        file.add_key(
            id=serial,
            serial=serial,
            secret=key,
            counter=3,
            algorithm="urn:ietf:params:xml:ns:keyprov:pskc:ocra",
            algorithm_suite=suite,
        )
    if password:
        file.encryption.setup_pbkdf2(password)
    path = tmp_path / "cards.xml"
    file.write(str(path))
    return path


def ask(browser, pin=PIN, same=PIN):
    return browser.post(NEW, {"kind": "card", "pin": pin, "same_pin": same, "_password": PASSWORD})


@pytest.mark.parametrize("pin", ["123", "12345", "12a4", "", "١٢٣٤", " 1234"])
def test_sec_1_a_pin_has_four_digits(world, browse, pin):
    assert ask(browse("alice"), pin, pin).status_code == 422
    assert not Device.unscoped.exists()


def test_the_pin_is_typed_twice(world, browse):
    assert ask(browse("alice"), "4711", "4712").status_code == 422
    assert not Device.unscoped.exists()


@pytest.mark.parametrize("password", ["", "vendor's word"])
def test_a_file_is_read_with_and_without_a_password(tmp_path, password):
    path = written(tmp_path, password=password)
    seeds = read(path.read_bytes(), password=password)
    assert [(one.serial, one.key, one.counter, one.suite) for one in seeds] == [
        ("C-1001", KEY, 3, SUITE),
        ("C-1002", KEY, 3, SUITE),
    ]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<x/>",
        b"not xml",
        b'<!DOCTYPE x [<!ENTITY a "b">]><KeyContainer/>',
        "<KeyContainer/>".encode("utf-16"),
        b"x" * (2 * 1024 * 1024 + 1),
    ],
)
def test_what_is_no_file_of_keys_is_refused(content):
    with pytest.raises(BadFile):
        read(content)


@pytest.mark.parametrize(
    "made",
    [
        {"suite": "OCRA-1:HOTP-SHA1-6:QN08"},
        {"suite": "OCRA-1:HOTP-SHA256-8:QN06-PSHA256"},
        {"key": b"short"},
        {"serials": ("C-1", "C-1")},
        {"password": "another"},
    ],
)
def test_a_file_with_one_bad_card_brings_none(world, tmp_path, made):
    path = written(tmp_path, **made)
    with pytest.raises(CommandError):
        call_command("import_cards", str(path))
    assert not StockedCard.unscoped.exists()


def test_a_card_from_the_vendors_file_to_its_first_response(world, browse, tmp_path, capsys):
    alice, browser = world.users["alice"], browse("alice")
    call_command("import_cards", str(written(tmp_path)))
    with pytest.raises(CommandError):
        call_command("import_cards", str(written(tmp_path)))
    with pytest.raises(CommandError):
        call_command("give_card", "C-1001", "alice")  # she has not asked
    place = ask(browser)["Location"]
    assert "has been asked for" in browser.get(place).content.decode()
    with pytest.raises(CommandError):
        call_command("give_card", "C-9", "alice")

    call_command("give_card", "C-1001", "alice")

    device = Device.unscoped.get()
    assert timedelta(days=13) < device.activate_by - timezone.now() <= timedelta(days=14)
    assert not device.confirmed_at
    card = Card(KEY, counter=3)
    browser.post(place + "again/", {})
    one = latest(alice)
    assert len(one.question) == 6
    assert browser.post(place, {"code": card.respond(pin="9999", challenge=one.question)}).status_code == 422
    done = browser.post(place, {"code": card.respond(pin=PIN, challenge=one.question)})
    assert done["Location"] == "/settings/security/"
    device.refresh_from_db()
    assert device.confirmed_at and device.counter == 5


def test_after_fourteen_days_a_card_is_asked_for_anew(world, browse, tmp_path):
    browser = browse("alice")
    call_command("import_cards", str(written(tmp_path)))
    place = ask(browser)["Location"]
    call_command("give_card", "C-1001", "alice")
    Device.unscoped.update(activate_by=timezone.now() - timedelta(seconds=1))
    assert browser.get(place).status_code == 404
    assert browser.post(place, {"code": "1"}).status_code == 404


def test_a_card_of_somebody_else_is_given_to_nobody(world, browse, tmp_path):
    call_command("import_cards", str(written(tmp_path)))
    ask(browse("alice"))
    ask(browse("bob"))
    call_command("give_card", "C-1001", "alice")
    with pytest.raises(CommandError):
        call_command("give_card", "C-1001", "bob")
    assert Device.unscoped.get(user=world.users["bob"]).serial == ""


def test_a_card_of_two_sign_ins_counts_in_both_as_it_does_in_the_hand(world, browse, tmp_path):
    alice, bob = world.users["alice"], world.users["bob"]
    alice.party_id = bob.party_id = bob.party_id or alice.party_id or world.parties["ana"].pk
    alice.save(update_fields=["party"])
    bob.save(update_fields=["party"])
    call_command("import_cards", str(written(tmp_path)))
    card = Card(KEY, counter=3)
    place = ask(browse("alice"))["Location"]
    call_command("give_card", "C-1001", "alice")
    for name in ("alice", "bob"):
        if name == "bob":
            # So many responses were read on the way to it and typed nowhere.
            card.counter += 5
            place = ask(browse("bob"))["Location"]
            call_command("give_card", "C-1001", "bob")
        browser = browse(name)
        browser.post(place + "again/", {})
        one = latest(world.users[name])
        assert browser.post(place, {"code": card.respond(pin=PIN, challenge=one.question)}).status_code == 302, name

    assert set(Device.unscoped.values_list("counter", flat=True)) == {card.counter}
    assert StockedCard.unscoped.get(serial="C-1001").counter == card.counter
    assert StockedCard.unscoped.get(serial="C-1002").counter == 3


@pytest.mark.parametrize(
    ("gaps", "taken"),
    [
        ((5,), [True]),
        ((6,), [False]),
        ((6, 0), [False, True]),
        ((40, 5), [False, True]),
        ((40, 6), [False, False]),
        ((40, 6, 0), [False, False, True]),
        ((101, 0), [False, False]),
    ],
)
def test_a_card_that_was_played_with_comes_back_by_two_responses_in_a_row(world, browse, tmp_path, gaps, taken):
    call_command("import_cards", str(written(tmp_path)))
    browser = browse("alice")
    place = ask(browser)["Location"]
    call_command("give_card", "C-1001", "alice")
    card, found = Card(KEY, counter=3), []
    for gap in gaps:
        card.counter += gap
        browser.post(place + "again/", {})
        one = latest(world.users["alice"])
        found.append(browser.post(place, {"code": card.respond(pin=PIN, challenge=one.question)}).status_code == 302)
    assert found == taken
    assert Device.unscoped.get().counter == (card.counter if taken[-1] else 3)


def test_a_guess_between_them_begins_anew(world, browse, tmp_path):
    call_command("import_cards", str(written(tmp_path)))
    browser = browse("alice")
    place = ask(browser)["Location"]
    call_command("give_card", "C-1001", "alice")
    card = Card(KEY, counter=43)
    for said in (None, "00000000", None):
        browser.post(place + "again/", {})
        one = latest(world.users["alice"])
        code = said or card.respond(pin=PIN, challenge=one.question)
        assert browser.post(place, {"code": code}).status_code == 422
