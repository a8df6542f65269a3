"""What a message may be; no rows, no pages."""

import unicodedata

from django.utils.translation import gettext as _

from accounts.desk.messages.models import LONGEST_BODY, LONGEST_SUBJECT, Side, ThreadKind, ThreadState
from portal.lib.filekinds import without_turning


class MessageProblem(Exception):
    """Why a message cannot be sent, in words."""


def state_after(*, kind: str, with_office: bool, state: str, asks: str, writer: str) -> str:
    """Where a conversation stands once this side has written.

    The back office's message waits for whoever it asks; an answer brings the ticket back to it, also a closed one. A
    word of a side that is not asked changes nothing. An advisor's inquiry is over with its answer.
    """
    if kind == ThreadKind.TALK or (state == ThreadState.NEW and writer != Side.OFFICE):
        return state
    if not with_office:
        return ThreadState.CLOSED if writer == asks else state
    if writer == Side.OFFICE:
        return ThreadState.WAITING
    return ThreadState.OPEN if writer == asks or state == ThreadState.CLOSED else state


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


def _visible(text: str, *, keep: str) -> str:
    text = without_turning(text)
    return "".join(sign if sign in keep or unicodedata.category(sign) not in ("Cc", "Cs") else " " for sign in text)
