"""How a message leaves the building: one carrier for each channel, and no channel without one."""

from collections.abc import Callable, Mapping

from django.conf import settings
from django.core.mail import EmailMessage

from accounts.ground.outbox.models import Channel, OutboxMessage

Carrier = Callable[[OutboxMessage], None]


class NoCarrier(ValueError):
    """Nothing here carries messages of that channel."""


def _by_mail(message: OutboxMessage) -> None:
    EmailMessage(message.subject, message.body, settings.DEFAULT_FROM_EMAIL, [message.recipient]).send()


CARRIERS: Mapping[str, Carrier] = {Channel.MAIL: _by_mail}


def carrier_of(channel: str) -> Carrier:
    """What carries messages of a channel; NoCarrier where nothing does."""
    try:
        return CARRIERS[channel]
    except KeyError:
        raise NoCarrier(f"no carrier for {channel}") from None
