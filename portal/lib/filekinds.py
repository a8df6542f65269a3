"""What a file is, judged by its content and its name together; nothing is unpacked or drawn here."""

import codecs
import io
import re
import unicodedata
import zipfile
from collections.abc import Callable, Iterator
from typing import BinaryIO

MEGA = 1024 * 1024
LONGEST_NAME = 100

# An office file is a ZIP archive; one that would unpack to much more than it weighs is none that somebody wrote.
MOST_MEMBERS = 2_000
MOST_UNPACKED = 200 * MEGA
MOST_TIMES = 200
_CONTENTS = "[Content_Types].xml"
_OFFICE = "application/vnd.openxmlformats-officedocument."

# Signs that turn the direction of a line could make a text look like another one.
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]")

# Reads as much of an open file as it needs, and never the whole of it at once.
Judge = Callable[[BinaryIO], bool]
PIECE = 64 * 1024


class NotAnArchive(ValueError):
    """The content is no ZIP archive that can be read."""


def pieces_of(file: BinaryIO) -> Iterator[bytes]:
    """A file from its beginning, some at a time."""
    file.seek(0)
    while piece := file.read(PIECE):
        yield piece


def size_of(file: BinaryIO) -> int:
    """How many bytes a file has."""
    return file.seek(0, io.SEEK_END)


def members_of(file: BinaryIO) -> list[zipfile.ZipInfo]:
    """What an archive says it holds, without unpacking any of it. Raises NotAnArchive."""
    try:
        with zipfile.ZipFile(file) as archive:
            return archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as broken:
        raise NotAnArchive from broken


def swells(members: list[zipfile.ZipInfo], *, most_unpacked: int) -> bool:
    """Whether they would unpack to more than is taken, or are more than anybody's program writes."""
    return len(members) > MOST_MEMBERS or sum(one.file_size for one in members) > most_unpacked


def is_office_package(members: list[zipfile.ZipInfo]) -> bool:
    """Whether an archive is one that office programs write."""
    return any(one.filename == _CONTENTS for one in members)


def begins_with(*marks: bytes) -> Judge:
    """By the first bytes."""
    return lambda file: head_of(file, max(map(len, marks))).startswith(marks)


def head_of(file: BinaryIO, length: int) -> bytes:
    """Its first bytes."""
    file.seek(0)
    return file.read(length)


def is_text(file: BinaryIO) -> bool:
    """Plain text in UTF-8, without signs that steer a terminal."""
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    try:
        return all(_is_plain(decoder.decode(piece)) for piece in pieces_of(file)) and _is_plain(
            decoder.decode(b"", final=True)
        )
    except UnicodeDecodeError:
        return False


def _is_plain(text: str) -> bool:
    return all(sign in "\t\n\r\f" or unicodedata.category(sign) != "Cc" for sign in text)


def _is_office(folder: str) -> Judge:
    def judge(file: BinaryIO) -> bool:
        try:
            members = members_of(file)
        except NotAnArchive:
            return False
        names = [one.filename for one in members]
        return (
            not swells(members, most_unpacked=min(MOST_UNPACKED, MOST_TIMES * size_of(file)))
            and len(set(names)) == len(names)
            and not any(one.flag_bits & 1 for one in members)
            and is_office_package(members)
            and any(name.startswith(folder) for name in names)
            and not any("vbaProject" in name or name.startswith(("/", "..")) or "/../" in name for name in names)
        )

    return judge


# By the end of the name: the content type it is handed out with, and whether the content is that.
KINDS: dict[str, tuple[str, Judge]] = {
    "pdf": ("application/pdf", begins_with(b"%PDF-")),
    "png": ("image/png", begins_with(b"\x89PNG\r\n\x1a\n")),
    "jpg": ("image/jpeg", begins_with(b"\xff\xd8\xff")),
    "jpeg": ("image/jpeg", begins_with(b"\xff\xd8\xff")),
    "txt": ("text/plain", is_text),
    "csv": ("text/csv", is_text),
    "docx": (f"{_OFFICE}wordprocessingml.document", _is_office("word/")),
    "xlsx": (f"{_OFFICE}spreadsheetml.sheet", _is_office("xl/")),
}


def ending(name: str) -> str:
    """What the name says the file is."""
    return name.rpartition(".")[2].lower() if "." in name else ""


def clean_name(name: str) -> str:
    """A name and nothing else: no folder, no sign that is not seen, its ending kept however long it is."""
    last = name.replace("\\", "/").rpartition("/")[2]
    plain = " ".join("".join(sign if sign.isprintable() else " " for sign in without_turning(last)).split()).lstrip(".")
    stem, dot, end = plain.rpartition(".")
    return (f"{stem[:LONGEST_NAME]}{dot}{end[:10]}" if stem else plain[:LONGEST_NAME]) or "file"


def without_turning(text: str) -> str:
    """The same text, in one form, without signs that turn its direction."""
    return _TURNING.sub("", unicodedata.normalize("NFC", text))
