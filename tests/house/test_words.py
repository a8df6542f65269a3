"""Every word a person can read is marked for translation, and every marked one is in Russian."""

import re
from collections import Counter
from pathlib import Path

import polib
import pytest
from django.conf import settings

from tests.house.wording import collect

CATALOGUE = Path(settings.BASE_DIR) / "locale" / "ru" / "LC_MESSAGES" / "django.po"
TEMPLATES = sorted(Path(settings.BASE_DIR, "templates").rglob("*.html"))

# Names and signs that are the same in every language.
SAME_EVERYWHERE = {
    "CSV",
    "PDF",
    "XLSX",
    "SHA-256",
    "Esc",
    "Ctrl",
    "Alt",
    "K",
    "x",
    "·",
    "–",
    "—",
    "×",
    "%",
    "/",
    "?",
    "j",
    "k",
    "g",
    "400",
    "403",
    "404",
    "500",
    "(",
    ")",
    ":",
    ";",
    ",",
}
CODE = re.compile(
    r"{#.*?#}|{%\s*(blocktranslate|blocktrans)\b.*?{%\s*end\1\s*%}|{%.*?%}|{{.*?}}|<!DOCTYPE[^>]*>|<!--.*?-->", re.S
)
# Blocks that fill a class attribute of the page they extend.
CLASSES = re.compile(r"{%\s*block (?:bodyclass|coltype)\s*%}.*?{%\s*endblock.*?%}", re.S)
SILENT = re.compile(r"<(script|style|svg)\b.*?</\1>", re.S)
SPOKEN = re.compile(r"\b(aria-label|placeholder|title|alt)=(\"([^\"]*)\"|'([^']*)')")
PLACEHOLDER = re.compile(r"%\((\w+)\)s|%\((\w+)\)d|{(\w+)}")


def catalogue() -> polib.POFile:
    return polib.pofile(str(CATALOGUE))


def test_nothing_is_left_untranslated_or_unsure():
    entries = catalogue()

    assert [entry.msgid for entry in entries.untranslated_entries()] == []
    assert [entry.msgid for entry in entries.fuzzy_entries()] == []


def test_every_marked_text_is_in_the_catalogue():
    root = Path(settings.BASE_DIR)
    known = {(entry.msgctxt or "", entry.msgid) for entry in catalogue()}

    found = collect(root, ("portal", "accounts", "fees", "auth2fa", "crm"))
    missing = {one: place for one, place in found.items() if one[1] and one not in known}

    assert missing == {}, "run manage.py makemessages -l ru and translate what is new"


def test_no_text_has_two_translations():
    """Of two entries for one text the reader gets either, and gettext's own tools take the whole file for broken."""
    told = Counter((entry.msgctxt, entry.msgid) for entry in catalogue())

    assert [text for text, times in told.items() if times > 1] == []


def test_plurals_have_three_forms():
    assert [entry.msgid for entry in catalogue() if entry.msgid_plural and len(entry.msgstr_plural) != 3] == []


def test_no_placeholder_is_lost_on_the_way():
    lost = []
    for entry in catalogue():
        wanted = set(PLACEHOLDER.findall(entry.msgid_plural or entry.msgid))
        for text in entry.msgstr_plural.values() if entry.msgid_plural else [entry.msgstr]:
            if set(PLACEHOLDER.findall(text)) != wanted:
                lost.append(entry.msgid)

    assert lost == []


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda one: str(one.relative_to(settings.BASE_DIR / "templates")))
def test_no_text_of_a_template_is_unmarked(template: Path):
    text = CLASSES.sub("", template.read_text(encoding="utf-8"))
    text = CODE.sub("", text)
    text = SILENT.sub("", text)
    spoken = [double or single for _, _, double, single in SPOKEN.findall(text)]
    written = [piece.strip() for piece in re.sub(r"<[^>]*>", "\n", text).split("\n")]

    unmarked = [
        piece for piece in (*written, *spoken) if re.search(r"[^\W\d_]", piece) and piece not in SAME_EVERYWHERE
    ]

    assert unmarked == []
