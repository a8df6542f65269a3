"""Cuts an own icon sprite out of the Tabler icons: only the symbols that templates and the menu name.

The sprite is a static file made on demand in the state folder and published by collectstatic; it is never committed.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.files.storage import FileSystemStorage

from portal.shell.places import PLACES

NAME = "shell/icons.svg"
SOURCE = "@tabler/icons/icons/outline"

# {% icon "name" %} or icon="name" of a part; a name built at run time must also stand in a template or in places.py.
_USED = re.compile(r"""(?:{%\s*icon\s+|\bicon=)["']([a-z0-9-]+)["']""")
_DRAWING = re.compile(r"<svg[^>]*>(.*)</svg>", re.S)
_FRAME = re.compile(r'\s*<path stroke="none" d="M0 0h24v24H0z" fill="none"\s*/>')


def used_names() -> list[str]:
    """Every icon that a template or the list of places names."""
    names = {place.icon for place in PLACES if place.icon}
    for page in sorted((settings.BASE_DIR / "templates").rglob("*.html")):
        names.update(_USED.findall(page.read_text(encoding="utf-8")))
    return sorted(names)


def source_of(name: str) -> Path:
    """The drawing of one icon as npm installed it."""
    return Path(settings.NPM_ROOT) / SOURCE / f"{name}.svg"


def sprite() -> str:
    """The sprite as text. A missing drawing is left out here and reported by the system check."""
    symbols = []
    for name in used_names():
        drawing = source_of(name)
        if not drawing.is_file():
            continue
        found = _DRAWING.search(drawing.read_text(encoding="utf-8"))
        lines = _FRAME.sub("", found.group(1)) if found else ""
        symbols.append(f'<symbol id="{name}" viewBox="0 0 24 24">{" ".join(lines.split())}</symbol>')
    return f'<svg xmlns="http://www.w3.org/2000/svg">{"".join(symbols)}</svg>\n'


def build() -> Path:
    """Write the sprite where the finder publishes it from; an unchanged one keeps its file."""
    target = Path(settings.STATE_DIR) / "static" / NAME
    text = sprite()
    if not target.is_file() or target.read_text(encoding="utf-8") != text:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    return target


class SpriteFinder(BaseFinder):
    """Publishes the sprite beside the files of static/."""

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        found = str(build()) if path == NAME else None
        if find_all or kwargs.get("all"):
            return [found] if found else []
        return found or []

    def list(self, ignore_patterns: Any) -> Iterator[tuple[str, Any]]:
        target = build()
        storage = FileSystemStorage(location=str(target.parents[1]))
        storage.prefix = None  # type: ignore[attr-defined]
        yield NAME, storage


@register(Tags.staticfiles)
def icons_are_there(**kwargs: Any) -> list[CheckMessage]:
    if not (Path(settings.NPM_ROOT) / SOURCE).is_dir():
        return []  # portal.E001 already says that npm has not run
    missing = [name for name in used_names() if not source_of(name).is_file()]
    if not missing:
        return []
    return [Error(f"no such icon: {', '.join(missing)}", hint="see node_modules/@tabler/icons", id="portal.E002")]
