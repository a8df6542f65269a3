"""Uploaded statement files between the page that takes them and the worker that loads them."""

import re
import shutil
import uuid
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from accounts.broker.feed.source import SUFFIXES
from portal.uploads import MEGA

MOST_FILES = 20
LARGEST = 64 * MEGA
LONGEST_NAME = 80


class UploadProblem(Exception):
    """Why a file is not taken, in words, with its name."""


def check(files: Sequence[UploadedFile]) -> None:
    """Names and sizes; what is inside is examined by the import."""
    if len(files) > MOST_FILES:
        raise UploadProblem(_("At most %(most)s files at once.") % {"most": MOST_FILES})
    for file in files:
        name = plain_name(file.name or "")
        if not name.endswith(SUFFIXES):
            raise UploadProblem(_("%(file)s: only .xml and .csv, or either of them with .gz.") % {"file": name})
        if not file.size:
            raise UploadProblem(_("%(file)s is empty.") % {"file": name})
        if file.size > LARGEST:
            words = _("%(file)s is larger than %(most)s MB.")
            raise UploadProblem(words % {"file": name, "most": LARGEST // MEGA})


def plain_name(name: str) -> str:
    """A name that is nothing but a name: no folder, no sign that a shell or a screen would take for something else."""
    last = re.split(r"[/\\]", name)[-1]
    plain = re.sub(r"[^A-Za-z0-9._-]", "_", last).lstrip(".").lower()
    stem, dot, suffix = plain.partition(".")
    return (stem[:LONGEST_NAME] + dot + suffix[-20:]) or "file"


def keep(files: Sequence[UploadedFile]) -> list[str]:
    """Write them below a folder of their own and hand back their paths, relative to that of all uploads."""
    batch = uuid.uuid4().hex
    kept = []
    for place, file in enumerate(files):
        path = folder() / batch / f"{place:02}" / plain_name(file.name or "")
        path.parent.mkdir(parents=True, mode=0o700)
        with path.open("wb") as out:
            for chunk in file.chunks():
                out.write(chunk)
        kept.append(path.relative_to(folder()).as_posix())
    return kept


def paths_of(kept: Sequence[str]) -> list[Path]:
    """Where they are; a path that leads out of the folder is none of ours."""
    root = folder().resolve()
    found = [(root / one).resolve() for one in kept]
    if not all(path.is_relative_to(root) for path in found):
        raise ValueError("an uploaded file lies outside the folder of uploads")
    return found


def forget(kept: Sequence[str]) -> None:
    """Remove them once they have been loaded; what they said stands in the database."""
    for path in paths_of(kept):
        shutil.rmtree(path.parent, ignore_errors=True)
        if path.parent.parent.is_dir() and not any(path.parent.parent.iterdir()):
            path.parent.parent.rmdir()


def folder() -> Path:
    """Shared by web and worker, like all of the portal's state."""
    return Path(settings.STATE_DIR) / "uploads"
