"""A scanned challenge says what it is for, and its response is good for these very words and no others."""

import base64
import hashlib
import re
from urllib.parse import urlsplit

import pytest
from django.test import Client

from auth2fa.challenge import queries
from auth2fa.challenge.actions import Outcome, answer, ask
from auth2fa.challenge.models import Challenge, Purpose
from auth2fa.devices.models import Kind
from auth2fa.devices.queries import at_door
from auth2fa.factors.ocra import parse
from auth2fa.factors.showing import LONGEST, SUITE, fragment, question_of, shortened
from tests.auth2fa.kit import enrolled, latest
from tests.auth2fa.test_door import CODE, is_in, password
from tests.auth2fa.test_never_twice import AT
from tests.world import PASSWORD

TOLD = "Pay USD 12,000 back to account U100001."


@pytest.fixture
def alice(world):
    at_door(world.users["alice"].pk)
    return world.users["alice"]


def read(link):
    """What a phone makes of the picture, worked out apart from the portal."""
    found = re.fullmatch(r"q=(\d{8})(?:&t=([\w-]+))?", urlsplit(link).fragment)
    words = found[2] and base64.urlsafe_b64decode(found[2] + "=" * (-len(found[2]) % 4)).decode()
    return found[1], words or ""


def outcome(one, given):
    return answer(challenge=one.pk, user_id=one.user_id, purpose=Purpose.TASK, given=given, at=AT)[0]


def test_the_question_is_the_digits_and_what_the_words_come_to():
    digest = int(hashlib.sha256(TOLD.encode()).hexdigest(), 16)
    assert question_of("48291357", TOLD) == "48291357" + str(digest)[-56:].zfill(56)
    assert len(question_of("48291357", TOLD)) == parse(SUITE).length == 64


@pytest.mark.parametrize("words", [TOLD, "Вернуть 12 000 долларов США на счёт U100001.", "é" * 140, "a\u202eb"])
def test_the_picture_holds_the_words(words):
    assert read(f"https://portal/phone/#{fragment('48291357', words)}") == ("48291357", words)


def test_words_are_cut_to_what_a_picture_bears():
    assert shortened("one\n two   three") == "one two three"
    long, other = shortened("a" * 500), shortened("a" * 499 + "b")
    assert len(long) == LONGEST and "a… " in long
    assert long != other, "what is cut off is answered for, too"


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (TOLD, Outcome.RIGHT),
        (None, Outcome.RIGHT),  # typed: eight digits are all that the phone knows
        (TOLD.replace("12,000", "12"), Outcome.WRONG),
        (TOLD.replace("U100001", "U100002"), Outcome.WRONG),
        ("Sign in as alice.", Outcome.WRONG),
        ("", Outcome.WRONG),
        (TOLD + " ", Outcome.WRONG),
    ],
)
def test_a_phone_that_was_shown_other_words_answers_nothing(alice, shown, expected):
    held = enrolled(alice, Kind.PHONE)
    one = ask(device=held.device, purpose=Purpose.TASK, at=AT, told=TOLD)
    assert outcome(one, held.answer(one, AT, told=shown)) == expected


def test_a_challenge_without_words_takes_no_scanned_response(alice):
    held = enrolled(alice, Kind.PHONE)
    one = ask(device=held.device, purpose=Purpose.TASK, at=AT)
    assert outcome(one, held.answer(one, AT, told="")) == Outcome.WRONG


def test_a_scanned_response_is_good_once_whichever_way(alice):
    held = enrolled(alice, Kind.PHONE)
    one = ask(device=held.device, purpose=Purpose.TASK, at=AT, told=TOLD)
    assert outcome(one, held.answer(one, AT, told=TOLD)) == Outcome.RIGHT
    assert outcome(one, held.answer(one, AT, told=TOLD)) == outcome(one, held.answer(one, AT)) == Outcome.OVER


def test_signing_in_says_so_in_the_picture(world, monkeypatch):
    links = []
    monkeypatch.setattr(queries, "qr", lambda link: links.append(link) or "")
    alice = world.users["alice"]
    held = enrolled(alice, Kind.PHONE)
    client, _answer = password()
    client.get(CODE)
    one = latest(alice)
    assert read(links[-1]) == (one.question, "Sign in as alice.")
    assert client.post(CODE, {"code": held.answer(one, told=read(links[-1])[1])}).status_code == 302
    assert is_in(client)


def test_a_task_says_in_the_picture_what_the_page_says(world, monkeypatch):
    links = []
    monkeypatch.setattr(queries, "qr", lambda link: links.append(link) or "")
    alice = world.users["alice"]
    held = enrolled(alice, Kind.PHONE)
    client = Client()
    client.force_login(alice)
    task = {"name": "reports", "scopes": ["view"], "days": "30"}
    page = client.post("/settings/tokens/new/", {**task, "_username": "alice", "_password": PASSWORD})
    digits, words = read(links[-1])
    assert words and words == Challenge.unscoped.get().told and words in page.content.decode()
    told = {"_challenge": str(latest(alice).pk)}
    wrong = client.post("/settings/tokens/new/", {**task, **told, "_code": held.answer(latest(alice), told="Nothing.")})
    assert wrong.status_code == 403 and digits == latest(alice).question
    assert read(links[-1]) == (digits, words), "the same question, with the same words"
    right = client.post("/settings/tokens/new/", {**task, **told, "_code": held.answer(latest(alice), told=words)})
    assert right.status_code == 200


def test_over_the_api_the_picture_comes_as_a_link(world):
    alice = world.users["alice"]
    enrolled(alice, Kind.PHONE)
    client = Client()
    client.force_login(alice)
    answer = client.post("/api/v1/devices/codes/", headers={"Confirm-Password": PASSWORD}).json()
    assert read(answer["challenge"]["link"]) == (answer["challenge"]["question"], answer["detail"])
