"""Publishes single files of npm packages, each named in settings.NPM_FILES, and nothing else of node_modules."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.files.storage import FileSystemStorage


class NpmFinder(BaseFinder):
    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        source = settings.NPM_FILES.get(path)
        found = str(Path(settings.NPM_ROOT) / source) if source else None
        if find_all or kwargs.get("all"):
            return [found] if found else []
        return found or []

    def list(self, ignore_patterns: Any) -> Iterator[tuple[str, Any]]:
        storage = _Renamed()
        for name in settings.NPM_FILES:
            yield name, storage


class _Renamed(FileSystemStorage):
    """Opens a published name at the place where npm has put the file."""

    prefix = None

    def path(self, name: str) -> str:
        return str(Path(settings.NPM_ROOT) / settings.NPM_FILES[name])


@register(Tags.staticfiles)
def npm_files_are_there(**kwargs: Any) -> list[CheckMessage]:
    """A file may be missing where it has been collected already, as in the image."""
    manifest = Path(settings.STATIC_ROOT) / "staticfiles.json"
    collected = json.loads(manifest.read_text())["paths"] if manifest.exists() else {}
    source = Path(settings.NPM_ROOT)
    missing = [
        path for name, path in settings.NPM_FILES.items() if not (source / path).is_file() and name not in collected
    ]
    if not missing:
        return []
    return [Error(f"missing front-end file: {missing[0]}", hint="run npm ci (bin/demo does it)", id="portal.E001")]
