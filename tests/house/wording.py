"""Collects every text that code and templates mark for translation, without needing gettext's own programs."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from django.utils.translation.template import templatize

# Function: which of its arguments are msgids; a context comes first in the p-functions.
MARKS = {
    "_": (0,),
    "gettext": (0,),
    "gettext_lazy": (0,),
    "gettext_noop": (0,),
    "ngettext": (0,),
    "ngettext_lazy": (0,),
    "pgettext": (1,),
    "pgettext_lazy": (1,),
    "npgettext": (1,),
}
# What templatize turns a template into: calls with one text, a context before it in the p-functions.
CALL = re.compile(r"(n?p?gettext|_)\(\s*((?:u?'(?:[^'\\]|\\.)*'|u?\"(?:[^\"\\]|\\.)*\"|,|\s)+)")


def of_code(path: Path) -> Iterator[str]:
    """The msgids of one module."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            for place in MARKS.get(name, ()):
                argument = node.args[place] if len(node.args) > place else None
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                    yield argument.value


def of_template(path: Path) -> Iterator[str]:
    """The msgids of one template."""
    for name, arguments in CALL.findall(templatize(path.read_text(encoding="utf-8"), origin=str(path))):
        texts = ast.literal_eval(f"({arguments.strip().rstrip(',')},)")
        yield texts[1] if name in ("pgettext", "npgettext") else texts[0]


def collect(root: Path, packages: tuple[str, ...]) -> dict[str, str]:
    """Every msgid with the file it was first seen in."""
    found: dict[str, str] = {}
    for package in packages:
        for path in sorted((root / package).rglob("*.py")):
            for text in of_code(path):
                found.setdefault(text, str(path.relative_to(root)))
    for path in sorted((root / "templates").rglob("*")):
        if path.suffix in (".html", ".txt"):
            for text in of_template(path):
                found.setdefault(text, str(path.relative_to(root)))
    return found
