"""What AWS tells of texts and calls on their way: signed by SNS, read once checked, and applied in whatever order."""

import base64
import logging
import re
import time
import urllib.request
from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509 import Certificate, load_pem_x509_certificate
from django.conf import settings

from accounts.ground.access.context import cursor
from portal.lib.jsontext import parsed

log = logging.getLogger(__name__)

LONGEST = 262_144
FRESH = timedelta(hours=1)
# AWS changes its certificate every few months; whoever names many keeps us fetching.
FETCHED_A_MINUTE = 3
TOPIC = re.compile(r"arn:aws:sns:([a-z]{2}(?:-[a-z]+)+-\d):\d{12}:[A-Za-z0-9_-]{1,256}")
# What is signed of a message, in this order (SNS, signature version 2).
SIGNED = {
    "Notification": ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    "SubscriptionConfirmation": ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
}
SENT = frozenset(
    {
        "TEXT_SENT",
        "TEXT_PENDING",
        "TEXT_QUEUED",
        "TEXT_SUCCESSFUL",
        "VOICE_INITIATED",
        "VOICE_RINGING",
        "VOICE_ANSWERED",
    }
)
DELIVERED = frozenset({"TEXT_DELIVERED", "VOICE_COMPLETED"})
FAILED = re.compile(
    r"TEXT_(?:INVALID|INVALID_MESSAGE|UNREACHABLE|CARRIER_UNREACHABLE|BLOCKED|CARRIER_BLOCKED|SPAM|TTL_EXPIRED"
    r"|PROTECT_BLOCKED)|VOICE_(?:BUSY|NO_ANSWER|FAILED|TTL_EXPIRED)"
)


class Untrusted(ValueError):
    """Not a message of our topic, signed by SNS, of this hour."""


@dataclass(frozen=True)
class Told:
    """What became of one text or call."""

    sent: UUID
    state: str
    service_id: str


def heard(body: bytes, *, at: datetime) -> Told | None:
    """What one message of SNS tells, once it is known to be one; our own topic is confirmed. Touches no rows.

    SNS may be asked for its certificate, or told that the topic is ours. Raises `Untrusted`.
    """
    said = trusted(body, at=at)
    if said["Type"] == "SubscriptionConfirmation":
        _confirm(said["Token"])
        return None
    return told_in(said["Message"])


def take(told: Told, *, at: datetime) -> int:
    """Write down what was told; how many rows it moved on."""
    with cursor() as cur:
        cur.execute("SELECT app_code_event(%s, %s, %s, %s)", [told.sent, told.state, told.service_id, at])
        return int(cur.fetchone()[0])


def trusted(body: bytes, *, at: datetime) -> dict[str, Any]:
    """The message, once its topic, time, certificate and signature are right. Raises `Untrusted`."""
    topic = TOPIC.fullmatch(settings.CODES_EVENTS_TOPIC)
    try:
        said = parsed(body) if len(body) <= LONGEST else None
        if topic is None or not isinstance(said, dict) or said.get("TopicArn") != settings.CODES_EVENTS_TOPIC:
            raise Untrusted("another topic")
        fields = SIGNED[said["Type"]]
        if said["SignatureVersion"] != "2":
            raise Untrusted("another version of signatures")
        told_at = datetime.fromisoformat(said["Timestamp"].replace("Z", "+00:00"))
        if abs(at - told_at) > FRESH:
            raise Untrusted("not of this hour")
        signed = "".join(f"{name}\n{said[name]}\n" for name in fields if said.get(name) is not None)
        signature = base64.b64decode(said["Signature"], validate=True)
        _key_at(said["SigningCertURL"], topic[1], at).verify(signature, signed.encode(), PKCS1v15(), SHA256())
    except Untrusted:
        raise
    except (ValueError, KeyError, TypeError, AttributeError, OSError, InvalidSignature) as problem:
        raise Untrusted(type(problem).__name__) from None
    return said


def told_in(message: str) -> Told | None:
    """What an event says of one of our messages, None for what says nothing of any."""
    try:
        said = parsed(message)
        kind, sent = str(said["eventType"]), UUID(str(said["context"]["reference"]))
    except (ValueError, KeyError, TypeError):
        return None
    state = "delivered" if kind in DELIVERED else "sent" if kind in SENT else "failed" if FAILED.fullmatch(kind) else ""
    return Told(sent, state, str(said.get("messageId", ""))[:100]) if state else None


def certificate_at(address: str) -> bytes:
    """A certificate of AWS's own, by HTTPS; the caller has looked at the address."""
    with urllib.request.urlopen(address, timeout=5) as answer:  # noqa: S310 (https to one host, checked before)
        return answer.read(20_000)


def _key_at(address: str, region: str, at: datetime) -> RSAPublicKey:
    parts = urlsplit(address)
    is_theirs = parts.scheme == "https" and parts.netloc == f"sns.{region}.amazonaws.com"
    if not is_theirs or parts.query or not re.fullmatch(r"/SimpleNotificationService-[0-9a-f]+\.pem", parts.path):
        raise Untrusted("another certificate")
    found = _certificate(address)
    if not found.not_valid_before_utc <= at.astimezone(UTC) <= found.not_valid_after_utc:
        raise Untrusted("a certificate of another time")
    key = found.public_key()
    if not isinstance(key, RSAPublicKey):
        raise Untrusted("another kind of key")
    return key


@lru_cache(maxsize=8)
def _certificate(address: str) -> Certificate:
    now = time.monotonic()
    while _fetched and _fetched[0] < now - 60:
        _fetched.popleft()
    if len(_fetched) >= FETCHED_A_MINUTE:
        raise Untrusted("too many certificates at once")
    _fetched.append(now)
    return load_pem_x509_certificate(certificate_at(address))


_fetched: deque[float] = deque()


def _confirm(token: str) -> None:
    """Confirm our own topic at AWS itself; the address that came along is never followed."""
    region = settings.CODES_EVENTS_TOPIC.split(":")[3]
    endpoint = settings.CODES_EVENTS_ENDPOINT or None
    config = Config(connect_timeout=2, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 1})
    client = boto3.client("sns", region_name=region, endpoint_url=endpoint, config=config)
    try:
        client.confirm_subscription(TopicArn=settings.CODES_EVENTS_TOPIC, Token=token, AuthenticateOnUnsubscribe="true")
    except (BotoCoreError, ClientError) as problem:
        raise Untrusted(f"no confirmation: {type(problem).__name__}") from problem
    log.info("delivery events of texts and calls are subscribed to")
