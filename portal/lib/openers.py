"""Addresses that open something by themselves, with what opens it taken out."""

import re

PAGES = ("/calendar/feed/", "/apply/", "/invitation/")
_SECRET = re.compile(r"(/calendar/feed/|/(?:apply|invitation)/(?=[\w-]{40}))[^/\s\"'?]+")


def opens_by_itself(path: str) -> bool:
    """Whether an address is one of those, with a secret that opens it or with one that does not."""
    return path.startswith(PAGES)


def without_secrets(text: str) -> str:
    """The same text, naming no feed, application or invitation that it would open."""
    return _SECRET.sub(r"\1…", text)
