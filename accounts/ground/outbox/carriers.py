"""How a message leaves the building: one carrier for each channel, and no channel without one."""

import os
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils.module_loading import import_string

from accounts.ground.outbox.models import Channel, OutboxMessage
from accounts.ground.outbox.sealed import opened
from accounts.ground.sealing import Lost

Carrier = Callable[[OutboxMessage, datetime], object]


class NoCarrier(ValueError):
    """Nothing here carries messages of that channel."""


class Undeliverable(Exception):
    """The message can never arrive, or not in time: it is not tried again."""


def by_mail(message: OutboxMessage, at: datetime) -> None:
    """As plain text, from the portal itself."""
    try:
        subject, body = opened(message)
    except Lost as lost:
        raise Undeliverable("its text was sealed under a key that is gone") from lost
    heads = import_string(settings.OUTBOX_HEADS_BY)(message)
    EmailMessage(subject, body, settings.DEFAULT_FROM_EMAIL, [message.recipient], headers=heads).send()


def _as_file(message: OutboxMessage, at: datetime) -> None:
    """Into a folder (`file:///folder`), or attached to a mail (`mailto:desk@broker`); the subject is its name."""
    place = urlsplit(message.recipient)
    if place.scheme == "file":
        _into_folder(Path(unquote(place.path)), message.subject, message.body.encode())
    elif place.scheme == "mailto":
        mail = EmailMessage(message.subject, "", settings.DEFAULT_FROM_EMAIL, [unquote(place.path)])
        mail.attach(message.subject, message.body.encode(), "text/csv")
        mail.send()
    else:
        raise NoCarrier(f"a file goes to file: or mailto:, not to {place.scheme}:")


def _into_folder(folder: Path, name: str, content: bytes) -> None:
    """Whole or not at all, and durable before it is said to have left; written again it is the same file."""
    if Path(name).name != name:
        raise ValueError("a file's name leads nowhere else")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path, partial = folder / name, folder / f".{name}.{os.getpid()}"
    if path.exists() and path.read_bytes() != content:
        raise FileExistsError(f"{name} is there with another content")
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)


# What a room above carries is named in the settings.
CARRIERS: Mapping[str, Carrier] = {Channel.MAIL: by_mail, Channel.FILE: _as_file}


def carrier_of(channel: str) -> Carrier:
    """What carries messages of a channel; NoCarrier where nothing does."""
    if named := settings.OUTBOX_CARRIERS.get(channel):
        return import_string(named)
    try:
        return CARRIERS[channel]
    except KeyError:
        raise NoCarrier(f"no carrier for {channel}") from None
