"""Sentences with named gaps: pure code says what happened, the pages above translate and format it."""

from typing import NamedTuple


class Sentence(NamedTuple):
    """An English message and the plain values (Decimal, date, int, str) that fill its `%(name)s` gaps."""

    msgid: str
    params: dict[str, object]


def gettext_noop(text: str) -> str:
    """Marks a message for the translation catalogue, which finds messages by this function's name."""
    return text


def english(sentence: Sentence) -> str:
    """The sentence in its source language, for the shell and for tests."""
    return sentence.msgid % sentence.params
