"""Which files are taken, judged by name and content together, and what a label may say; nothing is unpacked."""

import json
from dataclasses import asdict, dataclass, field
from typing import BinaryIO

from django.utils.translation import gettext as _

from portal.lib.filekinds import KINDS as KNOWN
from portal.lib.filekinds import MEGA, Judge, begins_with, clean_name, ending, head_of, size_of, without_turning

LONGEST_FOLDER = 100
LONGEST_TAG = 40
MOST_TAGS = 10
# What a browser may show; everything else is only saved.
SHOWN = ("application/pdf", "image/png", "image/jpeg", "image/gif", "image/webp", "text/plain", "text/csv")


def _is_webp(file: BinaryIO) -> bool:
    head = head_of(file, 12)
    return head[:4] == b"RIFF" and head[8:] == b"WEBP"


KINDS: dict[str, tuple[str, Judge]] = {
    **KNOWN,
    "gif": ("image/gif", begins_with(b"GIF87a", b"GIF89a")),
    "webp": ("image/webp", _is_webp),
}
# What a program is told that it gets; all text is plain text.
HANDED_OUT_AS = sorted({"text/plain" if kind.startswith("text/") else kind for kind, _judge in KINDS.values()})


class DocumentProblem(ValueError):
    """One line that a person can read: why this file or label is not taken."""


@dataclass(frozen=True)
class Label:
    """What a document is called and is; sealed as one text."""

    name: str
    kind: str
    size: int
    folder: str = ""
    tags: list[str] = field(default_factory=list)

    def written(self) -> str:
        """As it is sealed."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def read(cls, text: str) -> "Label":
        """As it was sealed."""
        return cls(**json.loads(text))

    @property
    def is_shown(self) -> bool:
        """Whether a browser may show it."""
        return self.kind in SHOWN

    @property
    def is_image(self) -> bool:
        """Whether it is a picture."""
        return self.kind.startswith("image/")

    @property
    def is_text(self) -> bool:
        """Whether it is plain text."""
        return self.kind.startswith("text/")


def judged(name: str, file: BinaryIO, *, most: int) -> tuple[str, str, int]:
    """The plain name, the kind and the size of a file that is taken. Raises DocumentProblem."""
    plain, size = clean_name(name), size_of(file)
    said = {"file": plain, "most": most // MEGA}
    if not size:
        raise DocumentProblem(_("%(file)s is empty.") % said)
    if size > most:
        raise DocumentProblem(_("%(file)s is larger than %(most)s MB.") % said)
    kind, is_it = KINDS.get(ending(plain), ("", None))
    if is_it is None:
        raise DocumentProblem(_("%(file)s: only PDF, pictures, text, CSV, Word and Excel files are kept.") % said)
    if not is_it(file):
        raise DocumentProblem(_("%(file)s is not what its name says, or carries macros; it was not kept.") % said)
    return plain, kind, size


def renamed(label: Label, *, name: str, folder: str, tags: str) -> Label:
    """The same file under another name, in another folder. Raises DocumentProblem."""
    if any(sign in name for sign in "/\\\0"):
        raise DocumentProblem(_("A name has no slashes."))
    plain = clean_name(name)
    if not name.strip():
        raise DocumentProblem(_("A name is required."))
    known = KINDS.get(ending(plain))
    if known is None or known[0] != label.kind:
        raise DocumentProblem(_("A name keeps its ending: %(ending)s.") % {"ending": "." + ending(label.name)})
    return Label(plain, label.kind, label.size, folder_of(folder), tags_of(tags))


def folder_of(text: str) -> str:
    """A folder is a word or some, with slashes between levels; it is no place on any disk."""
    levels = [_plain(one) for one in text.replace("\\", "/").split("/")]
    return "/".join(one for one in levels if one.strip("."))[:LONGEST_FOLDER]


def tags_of(text: str) -> list[str]:
    """Words between commas, each once."""
    words = [_plain(one)[:LONGEST_TAG] for one in text.split(",")]
    return list(dict.fromkeys(one for one in words if one))[:MOST_TAGS]


def _plain(text: str) -> str:
    return " ".join("".join(sign if sign.isprintable() else " " for sign in without_turning(text)).split())
