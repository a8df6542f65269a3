"""Files that come with a message: which kinds are taken, judged by their content and their name together.

Nothing is unpacked or drawn here. A file is handed back as it came, always to be saved and never to be shown.
"""

import io
import unicodedata
import zipfile
from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import NamedTuple

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from accounts.desk.messages.rules import MessageProblem, without_turning

MEGA = 1024 * 1024
MOST_FILES = 5
LARGEST = 10 * MEGA
LARGEST_TOGETHER = 20 * MEGA
LONGEST_NAME = 100

# An office file is a ZIP archive; one that would unpack to much more than it weighs is none that somebody wrote.
MOST_MEMBERS = 2_000
MOST_UNPACKED = 200 * MEGA
MOST_TIMES = 200
_OFFICE = "application/vnd.openxmlformats-officedocument."


class Enclosed(NamedTuple):
    """A file that may be sent."""

    name: str
    kind: str
    content: bytes
    sha256: str


def _begins_with(*marks: bytes) -> Callable[[bytes], bool]:
    return lambda content: content.startswith(marks)


def _is_text(content: bytes) -> bool:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return all(sign in "\t\n\r\f" or unicodedata.category(sign) != "Cc" for sign in text)


def _is_office(folder: str) -> Callable[[bytes], bool]:
    def judge(content: bytes) -> bool:
        try:
            members = zipfile.ZipFile(io.BytesIO(content)).infolist()
        except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
            return False
        names = [one.filename for one in members]
        unpacked = sum(one.file_size for one in members)
        return (
            len(members) <= MOST_MEMBERS
            and unpacked <= min(MOST_UNPACKED, MOST_TIMES * len(content))
            and len(set(names)) == len(names)
            and not any(one.flag_bits & 1 for one in members)
            and "[Content_Types].xml" in names
            and any(name.startswith(folder) for name in names)
            and not any("vbaProject" in name or name.startswith(("/", "..")) or "/../" in name for name in names)
        )

    return judge


# By the end of the name: the content type it is handed out with, and whether the content is that.
KINDS: dict[str, tuple[str, Callable[[bytes], bool]]] = {
    "pdf": ("application/pdf", _begins_with(b"%PDF-")),
    "png": ("image/png", _begins_with(b"\x89PNG\r\n\x1a\n")),
    "jpg": ("image/jpeg", _begins_with(b"\xff\xd8\xff")),
    "jpeg": ("image/jpeg", _begins_with(b"\xff\xd8\xff")),
    "txt": ("text/plain", _is_text),
    "csv": ("text/csv", _is_text),
    "docx": (f"{_OFFICE}wordprocessingml.document", _is_office("word/")),
    "xlsx": (f"{_OFFICE}spreadsheetml.sheet", _is_office("xl/")),
}


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
    kind, is_it = KINDS.get(name.rpartition(".")[2].lower(), ("", lambda _content: False))
    content = file.read(LARGEST + 1)
    if not kind or not is_it(content):
        raise MessageProblem(_("%(file)s: only PDF, PNG, JPEG, text, CSV, Word and Excel files without macros.") % said)
    return Enclosed(name, kind, content, sha256(content).hexdigest())


def clean_name(name: str) -> str:
    """A name and nothing else: no folder, no sign that is not seen, its ending kept however long it is."""
    last = name.replace("\\", "/").rpartition("/")[2]
    plain = " ".join("".join(sign if sign.isprintable() else " " for sign in without_turning(last)).split()).lstrip(".")
    stem, dot, ending = plain.rpartition(".")
    return (f"{stem[:LONGEST_NAME]}{dot}{ending[:10]}" if stem else plain[:LONGEST_NAME]) or "file"
