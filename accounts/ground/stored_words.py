"""Words that are stored: an English message of the catalogue, put into the reader's language where it is shown."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext


def said(msgid: str, data: Mapping[str, Any] | None = None) -> str:
    """A stored message in the language of whoever reads; `data` fills its gaps. Other texts stay as they are."""
    if not msgid:
        return ""
    words = gettext(msgid)
    if "%(" not in msgid:
        return words
    try:
        return words % (data or {})
    except (KeyError, TypeError, ValueError):  # somebody's own words that only look like a message
        return words
