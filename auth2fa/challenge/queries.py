"""What a page needs to put a question to somebody, whatever the device."""

import json
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

import segno
from django.conf import settings

from auth2fa.carriers.rules import WAIT
from auth2fa.challenge.models import Challenge, SentCode
from auth2fa.devices.models import Device, Kind
from auth2fa.devices.secrets import site
from auth2fa.factors.numbers import Line, masked
from auth2fa.factors.showing import fragment


@dataclass(frozen=True)
class Asked:
    """A question as a page shows it."""

    challenge: Challenge
    device: Device
    at: datetime

    @property
    def kind(self) -> str:
        """Which of the forms."""
        return self.device.kind

    @property
    def digits(self) -> str:
        """The challenge in groups that are easy to type."""
        text = self.challenge.question
        half = len(text) // 2
        return f"{text[:half]} {text[half:]}"

    @property
    def is_called_only(self) -> bool:
        """Whether the number is a fixed line, which reads no texts."""
        return self.device.line == Line.FIXED

    @property
    def options(self) -> str:
        """What the browser is given for a passkey."""
        return json.dumps(site().ask(challenge=self.challenge.question, known=[bytes(self.device.credential)]))

    @property
    def number(self) -> str:
        """The end of the number."""
        return masked(self.device.number)

    @cached_property
    def sent(self) -> list[SentCode]:
        """What has left because of it."""
        return list(SentCode.unscoped.filter(challenge=self.challenge).order_by("sent_at"))

    @property
    def last_channel(self) -> str:
        """How the code was sent last; "" while it was not."""
        return self.sent[-1].channel if self.sent else ""

    @property
    def last_state(self) -> str:
        """How far the code sent last has come, as the service tells; "" while it was not sent."""
        return self.sent[-1].state if self.sent else ""

    @property
    def wait(self) -> int:
        """Seconds until it may be sent once more."""
        if not self.sent:
            return 0
        return max(0, int((self.sent[-1].sent_at + WAIT - self.at).total_seconds()) + 1)

    @property
    def scan(self) -> str:
        """The challenge for the phone's camera, with what it is about."""
        return qr(self.link)

    @property
    def link(self) -> str:
        """What the picture holds; what stands behind the # stays on the phone."""
        one = self.challenge
        return f"{settings.PUBLIC_URL.rstrip('/')}/phone/#{fragment(one.question, one.told)}"


def open_one(*, user_id: int, challenge: object, purpose: str, session: str, at: datetime) -> Asked | None:
    """The question that was asked and still waits, None when it is over."""
    one = (
        Challenge.unscoped.filter(
            pk=challenge, user_id=user_id, purpose=purpose, session=session, used_at=None, voided_at=None
        )
        .select_related("device")
        .first()
    )
    if one is None or at > one.expires_at or one.device.revoked_at or one.device.disabled_at:
        return None
    return Asked(one, one.device, at)


def qr(text: str) -> str:
    """A picture of a text, as SVG that stands in the page: dark on light whatever the theme, or cameras fail."""
    return segno.make_qr(text, error="m").svg_inline(
        scale=4, border=3, dark="#000", light="#fff", svgclass="qr", lineclass=None, omitsize=True
    )


def is_told_by_texts(kind: str) -> bool:
    """Whether a code has to be sent before it can be answered."""
    return kind == Kind.TEXT
