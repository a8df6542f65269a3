"""Collects every text that code and templates mark for translation, without needing gettext's own programs."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from django.utils.translation.template import templatize

# A text and the context it is written in: with another one, or without, it is another text.
Marked = tuple[str, str]

PLAIN = {"_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy"}
# Their first argument is the context.
IN_CONTEXT = {"pgettext", "pgettext_lazy", "npgettext", "npgettext_lazy"}
# What templatize turns a template into: calls with one text, a context before it in the p-functions.
CALL = re.compile(r"(n?p?gettext|_)\(\s*((?:u?'(?:[^'\\]|\\.)*'|u?\"(?:[^\"\\]|\\.)*\"|,|\s)+)")


def of_code(path: Path) -> Iterator[Marked]:
    """The msgids of one module."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        said = [one.value if isinstance(one, ast.Constant) else None for one in node.args[:2]]
        if name in PLAIN and said and isinstance(said[0], str):
            yield "", said[0]
        elif name in IN_CONTEXT and all(isinstance(one, str) for one in said):
            yield str(said[0]), str(said[1])


def of_template(path: Path) -> Iterator[Marked]:
    """The msgids of one template."""
    for name, arguments in CALL.findall(templatize(path.read_text(encoding="utf-8"), origin=str(path))):
        texts = ast.literal_eval(f"({arguments.strip().rstrip(',')},)")
        yield (texts[0], texts[1]) if name in IN_CONTEXT else ("", texts[0])


def collect(root: Path, packages: tuple[str, ...]) -> dict[Marked, str]:
    """Every msgid with the file it was first seen in."""
    found: dict[Marked, str] = {}
    for package in packages:
        for path in sorted((root / package).rglob("*.py")):
            for text in of_code(path):
                found.setdefault(text, str(path.relative_to(root)))
    for path in sorted((root / "templates").rglob("*")):
        if path.suffix in (".html", ".txt"):
            for text in of_template(path):
                found.setdefault(text, str(path.relative_to(root)))
    return found
