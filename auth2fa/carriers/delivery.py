"""How an owed text or call leaves: the code is worked out at this moment, and never after its time."""

from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.ground.outbox.carriers import Undeliverable
from accounts.ground.outbox.models import Channel, OutboxMessage
from accounts.ground.writing import told_in
from auth2fa.carriers import aws, screen
from auth2fa.carriers.actions import FEEDBACK
from auth2fa.carriers.rules import spoken
from auth2fa.devices.secrets import box
from auth2fa.factors.codes import code_of

LEAST_SECONDS = 10
NOTICE_SECONDS = 24 * 3600


def carry(message: OutboxMessage, at: datetime) -> None:
    """Deliver one message. Raises `Undeliverable` for a code whose time is over; a late one would only confuse."""
    service = {"aws": aws.send, "screen": screen.send}[urlsplit(settings.CODES_URL).scheme]
    if not message.subject:  # said as it stands
        seconds = NOTICE_SECONDS if message.ends_at is None else _left(message.ends_at, at)
        service(message.recipient, Channel.SMS, message.body, seconds=seconds, reference=str(message.pk), at=at)
        return
    if message.subject == FEEDBACK:
        if service is aws.send:
            aws.came_back(message.body)
        return
    # What the version before has queued says only these two; it was told of by the question.
    until, language, *rest = message.body.split(" ")
    sent = rest[0] if rest else message.subject
    seconds = _left(datetime.fromisoformat(until), at)
    with told_in(language):
        said = words(message.channel, code_of(box(), message.subject))
    service(message.recipient, message.channel, said, seconds=seconds, reference=sent, at=at, language=language)


def _left(until: datetime, at: datetime) -> int:
    """For how many seconds it is worth delivering."""
    seconds = int((until - at).total_seconds())
    if seconds < LEAST_SECONDS:
        raise Undeliverable("its time is over")
    return seconds


def words(channel: str, code: str) -> str:
    """What a text or call says. The last line of a text lets browsers fill in the code, on our page alone."""
    if channel == Channel.VOICE:
        return spoken(code, _("Your code is"))
    said = _("%(code)s is your code for the advisor portal. Give it to nobody, not even to us.") % {"code": code}
    return f"{said}\n\n@{urlsplit(settings.PUBLIC_URL).hostname} #{code}"
