"""Replays, races of events, expiry and lockouts: generated over every kind of device against a model of twenty lines.

Each case is one history of a question: what is answered when, by whom, for what. The model below knows nothing of the
portal; it says what must come of each step.
"""

import itertools
import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import prod

import pyotp
import pytest

from auth2fa.challenge.actions import Outcome, TooMany, answer, ask
from auth2fa.challenge.models import Challenge, Purpose
from auth2fa.devices.models import Device, Kind
from auth2fa.devices.queries import at_door
from auth2fa.devices.secrets import box
from auth2fa.factors.codes import code_of
from tests.auth2fa.kit import enrolled

AT = datetime(2026, 11, 20, 15, 0, 5, tzinfo=UTC)
KINDS = (Kind.PHONE, Kind.CARD, Kind.APP, Kind.TEXT)
SECOND = timedelta(seconds=1)
FIVE_MINUTES = timedelta(minutes=5)
TRIES = {Kind.TEXT: 3}


@pytest.fixture
def alice(world):
    at_door(world.users["alice"].pk)
    return world.users["alice"]


def put(held, *, at=AT, **more):
    return ask(device=held.device, purpose=more.pop("purpose", Purpose.TASK), at=at, **more)


def give(one, given, *, at=AT, user_id=None, **more):
    outcome, _spent = answer(
        challenge=one.pk,
        user_id=user_id or one.user_id,
        purpose=more.pop("purpose", Purpose.TASK),
        given=given,
        at=at,
        **more,
    )
    return outcome


def wrong(held, one, at):
    """Digits of the right length that are not the answer, whatever the device would take around this moment."""
    taken = {held.answer(one, at + timedelta(seconds=shift)) for shift in (-90, -60, -30, 0, 30, 60, 90)}
    if held.device.kind == Kind.CARD:
        held.card.counter -= 7  # asking a card moves it on; this looked without asking
    length = len(next(iter(taken)))
    return next(f"{n:0{length}d}" for n in itertools.count(11) if f"{n:0{length}d}" not in taken)


# --- One answer, once ------------------------------------------------------------------------------------------------

MOMENTS = (0, 1, 29, 30, 59, 60, 119, 120, 179, 180, 239, 240, 298, 299, 300, 301, 302, 330, 360, 600, 3600, 86400)


@pytest.mark.parametrize("after", MOMENTS)
@pytest.mark.parametrize("kind", KINDS)
def test_an_answer_of_the_moment_is_good_for_five_minutes_and_once(alice, kind, after):
    held = enrolled(alice, kind)
    one, at = put(held), AT + after * SECOND
    given = held.answer(one, at)
    in_time = after <= 300
    assert give(one, given, at=at) == (Outcome.RIGHT if in_time else Outcome.EXPIRED)
    assert give(one, given, at=at) == (Outcome.OVER if in_time else Outcome.EXPIRED), "a replay"
    assert give(one, given, at=at + SECOND) != Outcome.RIGHT, "a later replay"
    again = put(held, at=at + SECOND)
    if kind != Kind.APP or in_time:
        assert give(again, given, at=at + SECOND) != Outcome.RIGHT, "the answer to one question answers no other"
    Challenge.unscoped.filter(pk=one.pk).update(asked_at=AT - timedelta(days=1))


# --- The clock of a phone and of an app ------------------------------------------------------------------------------


@pytest.mark.parametrize("off", [-181, -121, -61, -60, -30, 0, 30, 59, 60, 61, 121, 181])
def test_the_clock_of_a_phone_may_be_a_minute_off(alice, off):
    held = enrolled(alice, Kind.PHONE)
    one = put(held)
    typed = held.answer(one, AT + off * SECOND)
    minutes = (AT + off * SECOND).timestamp() // 60 - AT.timestamp() // 60
    assert give(one, typed) == (Outcome.RIGHT if abs(minutes) <= 1 else Outcome.WRONG)


@pytest.mark.parametrize("off", [-120, -61, -31, -30, 0, 30, 31, 61, 120])
def test_the_clock_of_an_app_may_be_half_a_minute_off_and_never_counts_back(alice, off):
    held = enrolled(alice, Kind.APP)
    one, then = put(held), AT + off * SECOND
    steps = int(then.timestamp()) // 30 - int(AT.timestamp()) // 30
    outcome = give(one, pyotp.TOTP(held.key.decode()).at(then))
    assert outcome == (Outcome.RIGHT if abs(steps) <= 1 else Outcome.WRONG)
    if outcome == Outcome.RIGHT:
        for back in range(1, 4):
            earlier = pyotp.TOTP(held.key.decode()).at(then - back * 30 * SECOND)
            assert give(put(held), earlier) != Outcome.RIGHT


@pytest.mark.parametrize("ahead", range(9))
def test_a_card_may_have_counted_five_on_and_never_back(alice, ahead):
    held = enrolled(alice, Kind.CARD)
    one = put(held)
    for _press in range(ahead):
        held.answer(one)
    given = held.answer(one)
    assert give(one, given) == (Outcome.RIGHT if ahead <= 5 else Outcome.WRONG)
    assert give(put(held), given) != Outcome.RIGHT


# --- For its own purpose, task, session and person alone --------------------------------------------------------------

PUT = {"purpose": Purpose.TASK, "task": "t" * 64, "session": "s" * 64}
OTHERS = {
    "purpose": {"purpose": Purpose.SIGN_IN},
    "enrolment": {"purpose": Purpose.ENROL},
    "task": {"task": "u" * 64},
    "no task": {"task": ""},
    "session": {"session": "r" * 64},
    "no session": {"session": ""},
}


@pytest.mark.parametrize("what", OTHERS)
@pytest.mark.parametrize("kind", KINDS)
def test_an_answer_is_good_for_nothing_else(alice, kind, what):
    held = enrolled(alice, kind)
    one = put(held, **PUT)
    given = held.answer(one, AT)
    assert give(one, given, **{**PUT, **OTHERS[what]}) == Outcome.OVER
    assert give(one, given, **PUT) == Outcome.RIGHT, "and asking for something else has not used it up"


@pytest.mark.parametrize("kind", KINDS)
def test_an_answer_is_good_for_nobody_else(world, alice, kind):
    held = enrolled(alice, kind)
    one = put(held)
    assert give(one, held.answer(one, AT), user_id=world.users["bob"].pk) == Outcome.OVER


# --- A newer question voids the older --------------------------------------------------------------------------------


@pytest.mark.parametrize(("first", "second"), list(itertools.product(KINDS, KINDS)))
def test_a_newer_question_voids_the_older(alice, first, second):
    old = enrolled(alice, first)
    new = old if first == second else enrolled(alice, second)
    before = put(old)
    given = old.answer(before, AT)
    after = put(new, at=AT + SECOND)
    assert give(before, given) == Outcome.OVER
    assert give(after, new.answer(after, AT + SECOND), at=AT + SECOND) == Outcome.RIGHT


# --- Whole histories against a model ---------------------------------------------------------------------------------


@dataclass
class Model:
    """What must become of each step, written from the rules and not from the portal."""

    tries: int
    wrong_here: int = 0
    wrong_in_row: int = 0
    closed_until: datetime | None = None
    off: bool = False
    used: bool = False
    asked: datetime = AT
    asked_lately: list = field(default_factory=list)

    def new_question(self, at):
        self.asked_lately = [one for one in self.asked_lately if one > at - timedelta(hours=1)]
        if len(self.asked_lately) >= 20:
            return False
        self.asked_lately.append(at)
        self.asked, self.used, self.wrong_here = at, False, 0
        return True

    def step(self, is_right, at):
        if self.off or self.used:
            return Outcome.OVER
        if at > self.asked + FIVE_MINUTES:
            return Outcome.EXPIRED
        if self.wrong_here >= self.tries:
            return Outcome.OVER
        if self.closed_until and at < self.closed_until:
            return Outcome.LOCKED
        if is_right:
            self.used, self.wrong_in_row, self.closed_until = True, 0, None
            if self.asked in self.asked_lately:
                self.asked_lately.remove(self.asked)
            return Outcome.RIGHT
        self.wrong_here += 1
        self.wrong_in_row += 1
        self.closed_until = at + timedelta(minutes=15) if self.wrong_in_row % 10 == 0 else None
        self.off = self.wrong_in_row >= 50
        return Outcome.OVER if self.wrong_here >= self.tries else Outcome.WRONG


@pytest.mark.parametrize("seed", range(200))
def test_histories(alice, seed):
    drawn = random.Random(seed)
    kind = KINDS[seed % len(KINDS)]
    held = enrolled(alice, kind, wrong=drawn.choice([0, 0, 4, 8, 9, 18, 48]))
    model, at, one = Model(TRIES.get(kind, 5), wrong_in_row=held.device.wrong), AT, None
    for _step in range(drawn.randrange(6, 12)):
        at += drawn.choice([1, 31, 61, 100, 299, 301, 901]) * SECOND
        if one is None or drawn.random() < 0.35:
            if model.off:
                break
            one = put(held, at=at)
            model.new_question(at)
            continue
        is_right = drawn.random() < 0.4
        given = held.answer(one, at) if is_right else wrong(held, one, at)
        assert give(one, given, at=at) == model.step(is_right, at), (kind, at)
    device = Device.unscoped.get(pk=held.device.pk)
    assert (device.wrong, device.locked_until, bool(device.disabled_at)) == (
        model.wrong_in_row,
        model.closed_until,
        model.off,
    )


def test_three_hundred_histories_and_more_are_generated():
    """Counted where pytest finds them: the parameters of every test of this module, multiplied."""
    cases = sum(
        prod(len(list(mark.args[1])) for mark in getattr(test, "pytestmark", []) if mark.name == "parametrize")
        for name, test in globals().items()
        if name.startswith("test_") and getattr(test, "pytestmark", [])
    )
    assert cases >= 300


@pytest.mark.parametrize("kind", KINDS)
def test_the_twenty_first_open_question_of_an_hour_is_not_asked(alice, kind):
    held = enrolled(alice, kind)
    for number in range(20):
        put(held, at=AT + number * SECOND)
    with pytest.raises(TooMany):
        put(held, at=AT + 21 * SECOND)
    assert put(held, at=AT + timedelta(hours=1, seconds=1))


# --- A text repeats its code inside one question and in no other -----------------------------------------------------


@pytest.mark.parametrize("seed", range(20))
def test_a_code_belongs_to_its_question(alice, seed):
    held = enrolled(alice, Kind.TEXT)
    first = put(held)
    second = put(held, at=AT + SECOND)
    assert code_of(box(), str(first.pk)) != code_of(box(), str(second.pk))
    assert give(second, code_of(box(), str(first.pk)), at=AT + SECOND) == Outcome.WRONG
    assert give(second, code_of(box(), str(second.pk)), at=AT + seed * 15 * SECOND) == Outcome.RIGHT
