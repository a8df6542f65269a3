"""What the tests counted, one small JSON file per fact, so that `manage.py figures` can add them up afterwards."""

import hashlib
import json
import os
from pathlib import Path


def folder() -> Path:
    """Where the facts go: PORTAL_FIGURES, or `figures` in the state folder."""
    from portal.servers import places

    return Path(os.environ.get("PORTAL_FIGURES") or places.state_dir() / "figures")


def write(topic: str, key: str, **numbers: int | str) -> None:
    """Record numbers under a topic; the same topic and key written again replaces them."""
    name = hashlib.sha256(f"{topic}/{key}".encode()).hexdigest()[:16]
    place = folder()
    place.mkdir(parents=True, exist_ok=True)
    (place / f"{topic}-{name}.json").write_text(json.dumps({"topic": topic, "key": key, **numbers}, sort_keys=True))
