"""Events about texts and calls: only our topic's, only signed, in any order and as often as they come."""

import base64
import itertools
import json
import logging
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from django.utils import timezone

from accounts.ground.access.context import connections
from accounts.ground.outbox.actions import deliver_due
from accounts.ground.outbox.models import OutboxMessage
from auth2fa.carriers import aws, events
from auth2fa.carriers.actions import CannotSend, send
from auth2fa.challenge.actions import Outcome, answer, ask
from auth2fa.challenge.models import Purpose, SentCode
from auth2fa.devices.models import Kind
from auth2fa.devices.queries import at_door
from auth2fa.devices.secrets import box
from auth2fa.factors.codes import code_of
from tests.auth2fa.kit import enrolled
from tests.auth2fa.test_carriers import Fake
from tests.auth2fa.test_door import CODE, password

HOOK = "/hooks/codes/"
TOPIC = "arn:aws:sns:eu-west-1:123456789012:codes"
CERTIFICATE = "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0a1b2c.pem"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def certificate(*, ends=timedelta(days=1)):
    name, now = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")]), datetime.now(UTC)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(KEY.public_key())
    made = made.serial_number(1).not_valid_before(now - timedelta(days=30)).not_valid_after(now + ends)
    return made.sign(KEY, SHA256()).public_bytes(Encoding.PEM)


@pytest.fixture(autouse=True)
def aws_alone(settings, monkeypatch):
    """AWS's certificate cannot be fetched here; everything else is the real thing."""
    settings.CODES_EVENTS_TOPIC = TOPIC
    events._certificate.cache_clear()
    events._fetched.clear()
    fetched = []
    monkeypatch.setattr(events, "certificate_at", lambda address: fetched.append(address) or certificate())
    yield fetched
    events._certificate.cache_clear()
    events._fetched.clear()


@pytest.fixture
def sent(world):
    alice = world.users["alice"]
    held = enrolled(alice, Kind.TEXT)
    at_door(alice.pk)
    one = ask(device=held.device, purpose=Purpose.SIGN_IN, at=timezone.now())
    return send(challenge=one, channel="sms", address="192.0.2.1", at=timezone.now())


def envelope(message, *, kind="Notification", hash=None, **changed):
    said = {
        "Type": kind,
        "MessageId": "m-1",
        "TopicArn": TOPIC,
        "Message": message,
        "Timestamp": timezone.now().isoformat().replace("+00:00", "Z"),
        "SignatureVersion": "2",
        "SigningCertURL": CERTIFICATE,
    }
    if kind == "SubscriptionConfirmation":
        said |= {"Token": "t0ken", "SubscribeURL": "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription"}
    said |= changed.pop("before", {})
    text = "".join(f"{name}\n{said[name]}\n" for name in events.SIGNED.get(kind, ()) if name in said)
    said["Signature"] = base64.b64encode(KEY.sign(text.encode(), PKCS1v15(), hash or SHA256())).decode()
    return {**said, **changed}


def event(sent, kind, service_id="aws-1"):
    return json.dumps({"eventType": kind, "messageId": service_id, "context": {"reference": str(sent.pk)}})


def post(client, said):
    body = said if isinstance(said, (str, bytes)) else json.dumps(said)
    return client.post(HOOK, body, content_type="text/plain; charset=UTF-8")


def state(sent):
    sent.refresh_from_db()
    return sent.state


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("TEXT_QUEUED", "sent"),
        ("TEXT_SENT", "sent"),
        ("TEXT_SUCCESSFUL", "sent"),
        ("TEXT_DELIVERED", "delivered"),
        ("TEXT_CARRIER_BLOCKED", "failed"),
        ("TEXT_TTL_EXPIRED", "failed"),
        ("TEXT_PROTECT_BLOCKED", "failed"),
        ("VOICE_RINGING", "sent"),
        ("VOICE_COMPLETED", "delivered"),
        ("VOICE_NO_ANSWER", "failed"),
        ("TEXT_UNKNOWN", "ordered"),
        ("MEDIA_DELIVERED", "ordered"),
        ("", "ordered"),
    ],
)
def test_what_an_event_comes_to(sent, client, kind, expected):
    assert post(client, envelope(event(sent, kind))).status_code == 204
    assert state(sent) == expected


@pytest.mark.parametrize("order", list(itertools.permutations(["TEXT_QUEUED", "TEXT_SENT", "TEXT_DELIVERED"])))
def test_the_order_and_the_number_of_events_change_nothing(sent, client, order):
    for kind in order + order:
        post(client, envelope(event(sent, kind)))
    assert state(sent) == "delivered" and sent.service_id == "aws-1"


def test_what_was_delivered_after_it_had_failed_is_delivered(sent, client):
    for kind in ("TEXT_UNREACHABLE", "TEXT_DELIVERED", "TEXT_UNREACHABLE"):
        post(client, envelope(event(sent, kind)))
    assert state(sent) == "delivered"


FORGED = {
    "no JSON": lambda sent: "x",
    "no object": lambda sent: "[]",
    "nothing": lambda sent: b"",
    "too long": lambda sent: b" " * 300_000,
    "another message": lambda sent: {**envelope("{}"), "Message": event(sent, "TEXT_DELIVERED")},
    "another topic": lambda sent: envelope(event(sent, "TEXT_DELIVERED"), before={"TopicArn": f"{TOPIC}x"}),
    "an old one": lambda sent: envelope(event(sent, "TEXT_DELIVERED"), before={"Timestamp": "2026-01-01T00:00:00Z"}),
    "one without a zone": lambda sent: envelope(event(sent, "TEXT_DELIVERED"), before={"Timestamp": "2026-01-01"}),
    "SHA-1": lambda sent: envelope(event(sent, "TEXT_DELIVERED"), hash=SHA1(), SignatureVersion="1"),  # noqa: S303
    "no signature": lambda sent: envelope(event(sent, "TEXT_DELIVERED"), Signature=""),
    "a broken signature": lambda sent: envelope(event(sent, "TEXT_DELIVERED"), Signature="!!"),
    "another type": lambda sent: envelope(event(sent, "TEXT_DELIVERED"), Type="UnsubscribeConfirmation"),
    "no type": lambda sent: {**envelope(event(sent, "TEXT_DELIVERED")), "Type": ["x"]},
    **{
        f"certificate at {address}": lambda sent, address=address: envelope(
            event(sent, "TEXT_DELIVERED"), SigningCertURL=address
        )
        for address in (
            "http://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0a.pem",
            "https://sns.us-east-1.amazonaws.com/SimpleNotificationService-0a.pem",
            "https://sns.eu-west-1.amazonaws.com.evil.test/SimpleNotificationService-0a.pem",
            "https://evil.test/?sns.eu-west-1.amazonaws.com/SimpleNotificationService-0a.pem",
            "https://user@sns.eu-west-1.amazonaws.com/SimpleNotificationService-0a.pem",
            "https://sns.eu-west-1.amazonaws.com:444/SimpleNotificationService-0a.pem",
            "https://sns.eu-west-1.amazonaws.com/bucket/x.pem",
            "file:///etc/passwd",
            "",
        )
    },
}


@pytest.mark.parametrize("name", FORGED)
def test_forged_events_move_nothing(sent, client, aws_alone, name):
    assert post(client, FORGED[name](sent)).status_code == 403
    assert state(sent) == "ordered"
    assert aws_alone in ([], [CERTIFICATE]), "no address but AWS's own was asked"


def test_a_certificate_that_has_ended_is_none(sent, client, monkeypatch):
    monkeypatch.setattr(events, "certificate_at", lambda _address: certificate(ends=-timedelta(days=1)))
    assert post(client, envelope(event(sent, "TEXT_DELIVERED"))).status_code == 403
    assert state(sent) == "ordered"


def test_whoever_names_many_certificates_has_few_of_them_fetched(sent, client, aws_alone, monkeypatch):
    assert post(client, envelope(event(sent, "TEXT_PENDING"))).status_code < 300
    for number in range(10):
        address = f"https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-{number:02x}.pem"
        assert post(client, envelope("x", SigningCertURL=address, Signature="AAAA")).status_code == 403
    assert len(aws_alone) == events.FETCHED_A_MINUTE
    assert post(client, envelope(event(sent, "TEXT_DELIVERED"))).status_code < 300, "the known one needs no fetching"
    assert state(sent) == "delivered"


def test_a_certificate_is_fetched_while_no_transaction_is_open(sent, client, monkeypatch):
    open_then, before = [], list(connections["default"].savepoint_ids)
    monkeypatch.setattr(
        events,
        "certificate_at",
        lambda _address: open_then.append(list(connections["default"].savepoint_ids)) or certificate(),
    )
    assert post(client, envelope(event(sent, "TEXT_DELIVERED"))).status_code == 204
    assert open_then == [before] and state(sent) == "delivered"


def test_without_a_topic_nobody_is_listened_to(sent, client, settings):
    settings.CODES_EVENTS_TOPIC = ""
    assert post(client, envelope(event(sent, "TEXT_DELIVERED"))).status_code == 404
    assert client.get(HOOK).status_code == 405


@pytest.mark.parametrize(
    "message", ["", "x", "[]", "{}", '{"context": 1}', '{"eventType": "TEXT_SENT", "context": {}}']
)
def test_what_is_about_none_of_ours_changes_nothing(sent, client, message):
    assert post(client, envelope(message)).status_code == 204
    assert state(sent) == "ordered"


def test_a_subscription_is_confirmed_at_aws_and_no_address_is_followed(world, client, settings, monkeypatch):
    seen = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            seen.append(parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode()))
            text = (
                b'<ConfirmSubscriptionResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><ConfirmSubscription'
                b"Result><SubscriptionArn>arn</SubscriptionArn></ConfirmSubscriptionResult></ConfirmSubscriptionResponse>"
            )
            self.send_response(200)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.CODES_EVENTS_ENDPOINT = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    try:
        said = envelope("You have chosen", kind="SubscriptionConfirmation", before={"SubscribeURL": "http://evil.test"})
        assert post(client, said).status_code == 204
    finally:
        server.shutdown()
        server.server_close()
    [asked] = seen
    assert (asked["Action"], asked["TopicArn"], asked["Token"]) == (["ConfirmSubscription"], [TOPIC], ["t0ken"])


def test_a_subscription_that_aws_does_not_confirm_breaks_nothing(world, client, settings, monkeypatch):
    settings.CODES_EVENTS_ENDPOINT = "http://127.0.0.1:9"
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    assert post(client, envelope("You have chosen", kind="SubscriptionConfirmation")).status_code == 403


def test_a_right_answer_is_told_to_the_service(sent, client, settings, monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    aws._client.cache_clear()
    service = Fake()
    settings.CODES_URL = f"aws://eu-west-1/pool-1?endpoint={service.url}"
    try:
        deliver_due(at=timezone.now())
        assert service.seen[0][1]["Context"] == {"reference": str(sent.pk)}
        post(client, envelope(event(sent, "TEXT_DELIVERED", "aws-77")))
        one = sent.challenge
        at_door(one.user_id)
        given = code_of(box(), str(one.pk))
        outcome, _spent = answer(
            challenge=one.pk, user_id=one.user_id, purpose=Purpose.SIGN_IN, given=given, at=timezone.now()
        )
        assert outcome == Outcome.RIGHT
        assert deliver_due(at=timezone.now()) == 1
    finally:
        service.stop()
        aws._client.cache_clear()
    assert service.seen[-1] == ("PutMessageFeedback", {"MessageId": "aws-77", "MessageFeedbackStatus": "RECEIVED"})


def test_the_page_says_that_a_text_did_not_arrive(world, client, settings, tmp_path):
    settings.CODES_FOLDER = tmp_path / "codes"
    enrolled(world.users["alice"], Kind.TEXT)
    browser, _answer = password()
    post(client, envelope(event(SentCode.unscoped.get(), "TEXT_CARRIER_BLOCKED")))
    assert "could not be delivered" in browser.get(CODE).content.decode()


def test_when_codes_are_stopped_the_back_office_hears_of_it_once_a_day(world, settings, caplog):
    olga = world.users["olga"]
    olga.email = "olga@example.test"
    olga.save(update_fields=["email"])
    settings.CODES_A_DAY = 0
    held = enrolled(world.users["alice"], Kind.TEXT)
    at_door(held.device.user_id)
    at = timezone.now()
    one = ask(device=held.device, purpose=Purpose.SIGN_IN, at=at)
    for _try in range(2):
        with caplog.at_level(logging.ERROR), pytest.raises(CannotSend, match="stopped"):
            send(challenge=one, channel="sms", address="192.0.2.1", at=at)
    assert "codes are stopped" in caplog.text
    assert not SentCode.unscoped.exists()
    assert OutboxMessage.unscoped.filter(recipient="olga@example.test").count() == 1
    assert not OutboxMessage.unscoped.filter(channel__in=["sms", "voice"]).exists()
