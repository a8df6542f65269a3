"""Ordering a text or call. The order is a row in the caller's transaction; a worker delivers it."""

import hashlib
import logging
from datetime import datetime
from uuid import uuid4

from allauth.core.internal.ratelimit import truncate_ip
from django.conf import settings
from django.db import transaction
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from accounts.ground.access.context import current_alias, cursor
from accounts.ground.outbox.models import Channel
from accounts.ground.outbox.tasks import deliver
from auth2fa.carriers.rules import Counts, refusal
from auth2fa.challenge.models import Challenge, SentCode
from auth2fa.devices.models import Device, Kind
from auth2fa.devices.secrets import box

log = logging.getLogger(__name__)

# Instead of a challenge: the message says nothing to anybody, it tells the service that a code was used.
FEEDBACK = "feedback"


class CannotSend(Exception):
    """`reason` is wait, limit, stopped, over or none (nothing here carries texts)."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def send(*, challenge: Challenge, channel: str, address: str, at: datetime) -> SentCode:
    """Order the challenge's code by text or call; each time the same code. Raises `CannotSend`."""
    with transaction.atomic(using=current_alias.get()):
        device = Device.unscoped.select_for_update().get(pk=challenge.device_id)
        if device.kind != Kind.TEXT or challenge.used_at or challenge.voided_at or at >= challenge.expires_at:
            raise CannotSend("over")
        if not settings.OUTBOX_CARRIERS:
            raise CannotSend("none")
        sent = list(SentCode.unscoped.filter(challenge=challenge).order_by("sent_at"))
        number, place = _hashed("number", device.number), _hashed("place", truncate_ip(address) if address else "")
        counts = _counts(number, place, at)
        why = refusal(
            counts,
            last=sent[-1].sent_at if sent else None,
            at=at,
            firm_most=settings.CODES_A_FIRM_AND_DAY,
            most=settings.CODES_A_DAY,
        )
        if why == "stopped":
            alarm = counts
        elif why:
            raise CannotSend(why)
        else:
            return _order(challenge, device, channel, len(sent), (number, place), at)
    _alarm(alarm, at)
    raise CannotSend("stopped")


def _order(
    challenge: Challenge, device: Device, channel: str, before: int, hashes: tuple[str, str], at: datetime
) -> SentCode:
    """The row that limits count, and the message that a worker delivers; the service names the row in its events."""
    sent = uuid4()
    with cursor() as cur:
        said = f"{challenge.expires_at.isoformat()} {get_language() or 'en'} {sent}"
        key = f"code {challenge.pk} {channel} {before}"
        cur.execute("SELECT app_owe_code(%s, %s, %s, %s, %s)", [device.pk, channel, str(challenge.pk), said, key])
        cur.execute("SELECT min(firm_id) FROM accounts_seat WHERE user_id = app_person() AND is_active")
        firm_id = cur.fetchone()[0]
    transaction.on_commit(deliver.delay, using=current_alias.get(), robust=True)
    return SentCode.unscoped.create(
        id=sent,
        user_id=device.user_id,
        challenge=challenge,
        channel=channel,
        number_hash=hashes[0],
        place_hash=hashes[1],
        firm_id=firm_id,
        sent_at=at,
    )


def tell_service(*, device: Device, one: Challenge) -> None:
    """Let the service know that its message came back as a right answer, so that its own figures are true."""
    for sent in SentCode.unscoped.filter(challenge=one).exclude(service_id=""):
        with cursor() as cur:
            cur.execute(
                "SELECT app_owe_code(%s, %s, %s, %s, %s)",
                [device.pk, "sms", FEEDBACK, sent.service_id, f"feedback {sent.pk}"],
            )


def _alarm(counts: Counts, at: datetime) -> None:
    """Somebody may be sending codes to numbers of their own, at our cost: the back office hears of it once a day."""
    log.error(
        "codes are stopped: %s of the last %s came back, %s left within a day",
        counts.recent_right,
        counts.recent,
        counts.all_day,
    )
    with override("en"), cursor() as cur:
        body = _(
            "Texts and calls with codes are stopped: %(right)s of the last %(recent)s came back as a right answer, and"
            " %(day)s left within a day. Look for a number or network that asks for too many, and at the bill."
        ) % {"right": counts.recent_right, "recent": counts.recent, "day": counts.all_day}
        key = f"codes stopped {at:%Y-%m-%d}"
        cur.execute("SELECT app_alarm_office(%s, %s, %s)", [_("Codes by text and call are stopped"), body, key])


def channel_of(text: str) -> str:
    """Text unless a call was asked for."""
    return Channel.VOICE if text == Channel.VOICE else Channel.SMS


def _counts(number: str, place: str, at: datetime) -> Counts:
    with cursor() as cur:
        cur.execute("SELECT * FROM app_codes_sent(%s, %s, %s)", [number, place, at])
        return Counts(*cur.fetchone())


def _hashed(kind: str, text: str) -> str:
    return hashlib.sha256(box().mark("sent", kind, text)).hexdigest()
