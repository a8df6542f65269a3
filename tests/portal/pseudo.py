"""A language that nobody speaks: every marked text comes out longer, accented and in brackets, so that what was not
marked stands out, and what has no room for longer words is seen.
"""

import re
from html.parser import HTMLParser

import pytest
from django.utils.translation import trans_real

ACCENTS = str.maketrans("aceinouyACEINOUY", "àçëïñöüýÀÇËÏÑÖÜÝ")
# What a text is filled with or marked up by stays as it is.
KEPT = re.compile(r"(%\(\w+\)[sd]|%[sd%]|{\w*}|<[^>]*>|&\w+;)")
OPENS, CLOSES = "⟦", "⟧"
LONGER_BY = 0.4


def stretched(text: str) -> str:
    """A text as the language nobody speaks has it."""
    text = text.rpartition("\x04")[2]
    if not text.strip():
        return text
    letters = sum(len(piece) for piece in KEPT.split(text)[::2])
    more = " ".join(["äöü"] * max(1, round(letters * LONGER_BY / 4)))
    pieces = (piece if place % 2 else piece.translate(ACCENTS) for place, piece in enumerate(KEPT.split(text)))
    return f"{OPENS}{''.join(pieces)} {more}{CLOSES}"


class Pseudo(trans_real.DjangoTranslation):
    """The catalogue of it, made while it is asked."""

    def gettext(self, message: str) -> str:
        return stretched(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return stretched(msgid1 if n == 1 else msgid2)


@pytest.fixture
def pseudo(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever reads English reads it instead."""
    trans_real.translation("en")
    monkeypatch.setitem(trans_real._translations, "en", Pseudo("en"))


class Reader(HTMLParser):
    """What a page says outside the brackets, but for what people and the broker have written (`dir="auto"`)."""

    SPOKEN = ("aria-label", "title", "placeholder", "alt", "data-label", "data-confirm")
    SILENT = ("script", "style", "svg", "textarea", "code", "kbd", "pre")
    EMPTY = (
        "br",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "col",
        "use",
        "rect",
        "path",
        "wbr",
        "source",
        "line",
        "circle",
    )

    def __init__(self, text: str) -> None:
        super().__init__()
        self.unmarked: set[str] = set()
        self._depth = 0
        self._above: list[tuple[str, bool]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        for name in self.SPOKEN:
            self._hear(said.get(name) or "")
        if tag == "input" and said.get("type") in ("submit", "button"):
            self._hear(said.get("value") or "")
        if tag not in self.EMPTY:
            quiet = tag in self.SILENT or said.get("dir") in ("auto", "ltr") or ("lang" in said and tag != "html")
            self._above.append((tag, quiet or bool(self._above and self._above[-1][1])))

    def handle_endtag(self, tag: str) -> None:
        while self._above and tag in [name for name, _quiet in self._above]:
            if self._above.pop()[0] == tag:
                break

    def handle_data(self, data: str) -> None:
        if not (self._above and self._above[-1][1]):
            self._depth = self._hear(data, self._depth)

    def _hear(self, text: str, depth: int = 0) -> int:
        said = ""
        for letter in text:
            depth += (letter == OPENS) - (letter == CLOSES)
            said += letter if depth <= 0 and letter not in (OPENS, CLOSES) else "\n"
        for piece in said.split("\n"):
            if re.search(r"[^\W\d_]{2}", piece):
                self.unmarked.add(" ".join(piece.split()))
        return max(depth, 0)
