"""Texts and calls on their way out: what AWS is asked, what late, slow, failing and repeated deliveries come to."""

import json
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from botocore.stub import Stubber
from django.utils import timezone

from accounts.ground.outbox.actions import MOST_ATTEMPTS, deliver_due
from accounts.ground.outbox.carriers import Undeliverable
from accounts.ground.outbox.models import OutboxMessage
from auth2fa.carriers import aws, screen
from auth2fa.carriers.actions import CannotSend, send
from auth2fa.carriers.rules import Counts, refusal
from auth2fa.challenge.actions import ask
from auth2fa.challenge.models import Purpose, SentCode
from auth2fa.devices.models import Kind
from auth2fa.devices.queries import at_door
from auth2fa.devices.secrets import box
from auth2fa.factors.codes import code_of
from tests.auth2fa.kit import enrolled

PLACE = "aws://eu-west-1/pool-1?max_price=0.10&protect=protect-1&configuration=codes"
NUMBER = "+12025550143"


@pytest.fixture
def alice(world):
    return world.users["alice"]


@pytest.fixture
def asked(alice):
    """A question to alice's number, asked now."""
    held = enrolled(alice, Kind.TEXT)
    at_door(alice.pk)
    return ask(device=held.device, purpose=Purpose.SIGN_IN, at=timezone.now())


@pytest.fixture
def aws_keys(monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    aws._client.cache_clear()
    yield
    aws._client.cache_clear()


def order(one, channel="sms", at=None, address="192.0.2.1"):
    return send(challenge=one, channel=channel, address=address, at=at or timezone.now())


# --- What AWS is asked --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("channel", "operation", "more"),
    [
        ("sms", "send_text_message", {"MessageType": "TRANSACTIONAL", "MaxPrice": "0.10"}),
        (
            "voice",
            "send_voice_message",
            {"MessageBodyTextType": "SSML", "VoiceId": "JOANNA", "MaxPricePerMinute": "0.10"},
        ),
    ],
)
def test_a_message_says_how_long_it_lives_what_it_may_cost_and_what_it_is_for(
    settings, aws_keys, channel, operation, more
):
    settings.CODES_URL = PLACE
    client = aws._client("eu-west-1", None)
    expected = {
        "DestinationPhoneNumber": NUMBER,
        "OriginationIdentity": "pool-1",
        "MessageBody": "words",
        "TimeToLive": 240,
        "Context": {"reference": "challenge-1"},
        "MessageFeedbackEnabled": True,
        "ConfigurationSetName": "codes",
        "ProtectConfigurationId": "protect-1",
        **more,
    }
    with Stubber(client) as stub:
        stub.add_response(operation, {"MessageId": "m-1"}, expected)
        sent = aws.send(
            NUMBER, channel, "words", seconds=240, reference="challenge-1", at=timezone.now(), client=client
        )
        stub.assert_no_pending_responses()
    assert sent == "m-1"


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("ValidationException", Undeliverable),
        ("AccessDeniedException", Undeliverable),
        ("ConflictException", Undeliverable),
        ("ThrottlingException", RuntimeError),
        ("InternalServerException", RuntimeError),
    ],
)
def test_what_trying_again_cannot_help_is_not_tried_again_and_no_error_repeats_the_number(
    settings, aws_keys, code, expected
):
    settings.CODES_URL = PLACE
    client = aws._client("eu-west-1", None)
    with Stubber(client) as stub:
        for _try in range(2):
            stub.add_client_error("send_text_message", code, f"no such number {NUMBER}")
        with pytest.raises(expected) as problem:
            aws.send(NUMBER, "sms", "words", seconds=240, reference="c", at=timezone.now(), client=client)
    assert NUMBER not in str(problem.value)


# --- A service of our own in AWS's place -------------------------------------------------------------------------


class Fake:
    """Speaks the service's protocol; `answers` are taken in order, each a status or "slow"."""

    def __init__(self):
        self.seen, self.answers = [], []
        fake = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                fake.seen.append((self.headers["X-Amz-Target"].split(".")[-1], body))
                answer = fake.answers.pop(0) if fake.answers else 200
                fake.line = getattr(fake, "line", "MOBILE")
                if answer == "slow":
                    fake.gate.wait(8)
                    return
                said = {"MessageId": f"m-{len(fake.seen)}", "PhoneNumberType": fake.line}
                said = said if answer == 200 else {"__type": answer, "message": "no"}
                text = json.dumps(said).encode()
                self.send_response(200 if answer == 200 else 400)
                self.send_header("Content-Type", "application/x-amz-json-1.0")
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_args):
                pass

        self.gate = threading.Event()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def stop(self):
        self.gate.set()
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def fake(settings, aws_keys):
    service = Fake()
    settings.CODES_URL = f"{PLACE}&endpoint={service.url}"
    yield service
    service.stop()


def test_the_code_is_worked_out_as_it_leaves(fake, asked):
    sent = order(asked)
    assert deliver_due(at=timezone.now()) == 1
    [(operation, said)] = fake.seen
    assert operation == "SendTextMessage"
    assert (said["DestinationPhoneNumber"], said["Context"]) == (NUMBER, {"reference": str(sent.pk)})
    assert code_of(box(), str(asked.pk)) in said["MessageBody"]
    assert 280 <= said["TimeToLive"] <= 300


def test_what_the_version_before_has_queued_still_leaves(fake, asked):
    order(asked)
    message = OutboxMessage.unscoped.get(channel="sms")
    message.body = message.body.rpartition(" ")[0]
    message.save(update_fields=["body"])
    assert deliver_due(at=timezone.now()) == 1
    [(_operation, said)] = fake.seen
    assert code_of(box(), str(asked.pk)) in said["MessageBody"]
    assert said["Context"] == {"reference": str(asked.pk)}


def test_a_call_reads_the_digits_three_times(fake, asked):
    order(asked, "voice")
    deliver_due(at=timezone.now())
    [(operation, said)] = fake.seen
    spoken = said["MessageBody"]
    assert operation == "SendVoiceMessage"
    assert spoken.startswith("<speak>") and spoken.count("Your code is") == 3
    for digit in code_of(box(), str(asked.pk)):
        assert f'<say-as interpret-as="digits">{digit}</say-as>' in spoken


def test_a_failing_service_is_tried_again_with_the_same_code_and_not_after_its_time(fake, asked):
    fake.answers = ["ThrottlingException"] * 2
    at = timezone.now()
    order(asked, at=at)
    assert deliver_due(at=at + timedelta(seconds=1)) == 0
    message = OutboxMessage.unscoped.get(channel="sms")
    assert (message.attempts, message.failed_at) == (1, None)
    assert message.due_at <= asked.expires_at

    assert deliver_due(at=message.due_at) == 1
    assert len({one["MessageBody"] for _operation, one in fake.seen}) == 1
    assert fake.seen[-1][1]["TimeToLive"] < fake.seen[0][1]["TimeToLive"]


def test_a_late_code_does_not_leave(fake, asked):
    order(asked)
    assert deliver_due(at=asked.expires_at - timedelta(seconds=9)) == 0
    message = OutboxMessage.unscoped.get(channel="sms")
    assert message.failed_at and message.attempts == 1 < MOST_ATTEMPTS
    assert fake.seen == []


def test_a_slow_service_holds_nobody_for_long(fake, asked):
    fake.answers = ["slow", "slow"]
    order(asked)
    assert deliver_due(at=timezone.now()) == 0
    assert OutboxMessage.unscoped.get(channel="sms").attempts == 1


def test_a_message_that_was_delivered_and_not_noted_tells_the_same_code_again(fake, asked):
    order(asked)
    deliver_due(at=timezone.now())
    OutboxMessage.unscoped.update(delivered_at=None)
    deliver_due(at=timezone.now())
    first, second = (one["MessageBody"] for _operation, one in fake.seen)
    assert first == second


# --- Limits -----------------------------------------------------------------------------------------------------------

NONE = dict.fromkeys(Counts.__annotations__, 0)


@pytest.mark.parametrize(
    ("counted", "expected"),
    [
        ({}, None),
        ({"number_minutes": 2}, None),
        ({"number_minutes": 3}, "limit"),
        ({"number_day": 10}, "limit"),
        ({"user_hour": 5}, "limit"),
        ({"place_hour": 10}, "limit"),
        ({"firm_day": 500}, "stopped"),
        ({"all_day": 2000}, "stopped"),
        ({"recent": 49, "recent_right": 0}, None),
        ({"recent": 50, "recent_right": 24}, "stopped"),
        ({"recent": 50, "recent_right": 25}, None),
    ],
)
def test_limits(counted, expected):
    now = timezone.now()
    counts = Counts(**{**NONE, **counted})
    assert refusal(counts, last=None, at=now, firm_most=500, most=2000) == expected


@pytest.mark.parametrize(("after", "expected"), [(0, "wait"), (29, "wait"), (30, None)])
def test_half_a_minute_passes_between_two(after, expected):
    now = timezone.now()
    counts = Counts(**NONE)
    assert refusal(counts, last=now - timedelta(seconds=after), at=now, firm_most=5, most=5) == expected


def test_the_fourth_code_to_a_number_within_ten_minutes_is_refused_and_nothing_is_owed(asked):
    at = timezone.now()
    for minute in range(3):
        order(asked, at=at + timedelta(seconds=31 * minute))
    with pytest.raises(CannotSend) as refused:
        order(asked, at=at + timedelta(seconds=31 * 3))
    assert refused.value.reason == "limit"
    assert SentCode.unscoped.count() == OutboxMessage.unscoped.filter(channel="sms").count() == 3


def test_counts_are_made_across_people(world, asked):
    """One number of two people is one number."""
    at = timezone.now()
    for second in (0, 31, 62):
        order(asked, at=at + timedelta(seconds=second))
    bob = enrolled(world.users["bob"], Kind.TEXT)
    at_door(world.users["bob"].pk)
    other = ask(device=bob.device, purpose=Purpose.SIGN_IN, at=at)
    with pytest.raises(CannotSend):
        order(other, at=at + timedelta(seconds=90))


def test_nothing_is_sent_where_nothing_carries_it(settings, asked):
    settings.OUTBOX_CARRIERS = {"mail": settings.OUTBOX_CARRIERS["mail"]}
    with pytest.raises(CannotSend) as refused:
        order(asked)
    assert refused.value.reason == "none"
    assert not OutboxMessage.unscoped.exists()


def test_a_text_goes_to_the_number_in_the_books_of_the_person_at_the_door(world, asked, as_role):
    from accounts.ground.access.context import cursor

    bob = enrolled(world.users["bob"], Kind.TEXT)
    with as_role("portal_web"), cursor() as cur:
        cur.execute("SELECT app_owe_code(%s, 'sms', 'x', 'y', 'z')", [bob.device.pk])
        assert cur.fetchone()[0] is False
    assert not OutboxMessage.unscoped.filter(natural_key="z").exists()


# --- On screen --------------------------------------------------------------------------------------------------------


def test_the_demo_shows_what_left_and_no_other_installation_has_the_page(settings, tmp_path, asked, client):
    settings.CODES_FOLDER = tmp_path / "codes"
    order(asked, "voice")
    deliver_due(at=timezone.now())
    code = code_of(box(), str(asked.pk))
    assert (tmp_path / "codes").stat().st_mode & 0o777 == 0o700
    assert screen.shown()[0].words.replace(" ", "").count(code) == 3
    page = client.get("/inbox-of-the-demo/")
    assert " ".join(code) in page.content.decode()
    assert page["Cache-Control"] == "no-store"
    settings.CODES_URL = PLACE
    assert client.get("/inbox-of-the-demo/").status_code == 404
