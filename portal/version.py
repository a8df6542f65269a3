"""The portal's version: the newest one that CHANGELOG.md names."""

import re
from functools import cache
from pathlib import Path

CHANGELOG = Path(__file__).resolve().parent.parent / "CHANGELOG.md"


@cache
def version(changelog: Path = CHANGELOG) -> str:
    """For example `1.2.0`; before the first release, or without the file, `unreleased`."""
    if changelog.exists() and (found := re.search(r"^## \[(\d+\.\d+\.\d+)\]", changelog.read_text(), re.MULTILINE)):
        return found[1]
    return "unreleased"
