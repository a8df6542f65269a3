"""Files that come with a message: how many and how large, and which kinds are taken.

A file is handed back as it came, always to be saved and never to be shown.
"""

from collections.abc import Sequence
from hashlib import sha256
from io import BytesIO
from typing import NamedTuple, Protocol

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from accounts.desk.messages.rules import MessageProblem
from portal.lib.filekinds import KINDS, MEGA, clean_name, ending

MOST_FILES = 5
LARGEST = 10 * MEGA
LARGEST_TOGETHER = 20 * MEGA


class Enclosed(NamedTuple):
    """A file that may be sent."""

    name: str
    kind: str
    content: bytes
    sha256: str


class Kept(Protocol):
    """A file in the storage, whatever it came with."""

    @property
    def name(self) -> str: ...

    @property
    def kind(self) -> str: ...

    @property
    def place(self) -> str: ...


def checked(files: Sequence[UploadedFile]) -> list[Enclosed]:
    """All of them, or MessageProblem for the first that is not taken."""
    if len(files) > MOST_FILES:
        raise MessageProblem(_("At most %(most)s files with one message.") % {"most": MOST_FILES})
    if sum(file.size or 0 for file in files) > LARGEST_TOGETHER:
        raise MessageProblem(_("All files together have at most %(most)s MB.") % {"most": LARGEST_TOGETHER // MEGA})
    return [_checked(file) for file in files]


def _checked(file: UploadedFile) -> Enclosed:
    name = clean_name(file.name or "")
    said = {"file": name, "most": LARGEST // MEGA}
    if not file.size:
        raise MessageProblem(_("%(file)s is empty.") % said)
    if file.size > LARGEST:
        raise MessageProblem(_("%(file)s is larger than %(most)s MB.") % said)
    kind, is_it = KINDS.get(ending(name), ("", lambda _file: False))
    content = file.read(LARGEST + 1)
    if not kind or not is_it(BytesIO(content)):
        raise MessageProblem(_("%(file)s: only PDF, PNG, JPEG, text, CSV, Word and Excel files without macros.") % said)
    return Enclosed(name, kind, content, sha256(content).hexdigest())
