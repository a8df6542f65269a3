"""What a message may be; no rows, no pages."""

import re
import unicodedata

from django.utils.translation import gettext as _

from accounts.desk.messages.models import LONGEST_BODY, LONGEST_SUBJECT

# Signs that turn the direction of a line could make a text look like another one.
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]")


class MessageProblem(Exception):
    """Why a message cannot be sent, in words."""


def clean_subject(text: str) -> str:
    """One line, without signs that nobody sees."""
    line = " ".join(_visible(text, keep="").split())
    if not line:
        raise MessageProblem(_("Say in a few words what it is about."))
    if len(line) > LONGEST_SUBJECT:
        raise MessageProblem(_("A subject has at most %(most)s characters.") % {"most": LONGEST_SUBJECT})
    return line


def clean_body(text: str) -> str:
    """Plain text: whatever looks like mark-up is shown as it was typed."""
    body = _visible(text.replace("\r\n", "\n").replace("\r", "\n"), keep="\n\t").strip()
    if not body:
        raise MessageProblem(_("The message is empty."))
    if len(body) > LONGEST_BODY:
        raise MessageProblem(_("A message has at most %(most)s characters.") % {"most": LONGEST_BODY})
    return body


def without_turning(text: str) -> str:
    """The same text, in one form, without signs that turn its direction."""
    return _TURNING.sub("", unicodedata.normalize("NFC", text))


def _visible(text: str, *, keep: str) -> str:
    text = without_turning(text)
    return "".join(sign if sign in keep or unicodedata.category(sign) not in ("Cc", "Cs") else " " for sign in text)
