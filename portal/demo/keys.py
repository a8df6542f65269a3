"""What the demo remembers in the state folder: its dates and the passwords made up for it, in a file for its owner."""

import json
import os
import secrets
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings

_CONSONANTS, _VOWELS = "bdfgklmnprstvz", "aeiou"


def path() -> Path:
    return settings.STATE_DIR / "demo" / "firm.json"


def folder() -> Path:
    """Where the demo broker's files lie."""
    place = settings.STATE_DIR / "demo" / "statements"
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    return place


def load() -> dict[str, Any] | None:
    """What was remembered, or None on a machine that has no demo yet."""
    if not path().exists():
        return None
    return json.loads(path().read_text())


def save(remembered: dict[str, Any]) -> None:
    path().parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = path().with_suffix(".part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        json.dump(remembered, out, indent=1)
    part.replace(path())


def new_password() -> str:
    """About fifty-eight bits that a person can read aloud and type."""
    words = ["".join(secrets.choice(_CONSONANTS) + secrets.choice(_VOWELS) for _ in range(3)) for _ in range(3)]
    return "-".join([*words, str(secrets.randbelow(9000) + 1000)])


def day(remembered: dict[str, Any], name: str) -> date:
    return date.fromisoformat(remembered[name])
