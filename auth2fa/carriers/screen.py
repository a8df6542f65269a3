"""The embedded carrier: texts and calls become files beside the embedded servers, and a page shows the latest."""

import json
import os
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

from django.conf import settings

MOST = 50


@dataclass(frozen=True)
class Shown:
    """One text or call as its recipient would get it."""

    at: datetime
    number: str
    channel: str
    said: str

    @property
    def words(self) -> str:
        """What a call says, without what tells a machine how to say it."""
        return " ".join(re.sub(r"<[^>]+>", " ", self.said).split()) if self.channel == "voice" else self.said


def send(
    number: str, channel: str, said: str, *, seconds: int, reference: str, at: datetime, language: str = "en"
) -> str:
    """Put a message on the screen; older ones leave it."""
    folder = settings.CODES_FOLDER
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    name = folder / f"{at:%Y%m%dT%H%M%S%f}-{uuid4().hex[:8]}.json"
    with os.fdopen(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump({"at": at.isoformat(), "number": number, "channel": channel, "said": said}, file)
    for old in sorted(folder.glob("*.json"))[:-MOST]:
        old.unlink(missing_ok=True)
    return name.stem


def shown() -> list[Shown]:
    """What is on the screen, the latest first."""
    found = []
    for one in sorted(settings.CODES_FOLDER.glob("*.json"), reverse=True)[:MOST]:
        said = json.loads(one.read_text())
        at = datetime.fromisoformat(said["at"]).astimezone(UTC)
        found.append(Shown(at, said["number"], said["channel"], said["said"]))
    return found
