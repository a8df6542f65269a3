"""Finds and opens statement files: plain or gzip, within limits; what cannot be trusted whole is refused whole."""

import glob
import gzip
import os
import stat
import unicodedata
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from accounts.broker.feed.limits import Limits
from accounts.broker.feed.models import FileKind
from accounts.broker.transmit.answers import is_answers
from portal.lib.words import gettext_noop

CHUNK = 64 * 1024
LONGEST_NAME = 200
SUFFIXES = (".xml", ".csv", ".xml.gz", ".csv.gz")

# Control characters, marks that turn the direction of writing, lone surrogates, unassigned and private ones.
_UNSHOWN = {"Cc", "Cf", "Cs", "Cn", "Co", "Zl", "Zp"}
_GZIP = b"\x1f\x8b"
_ZIP = b"PK\x03\x04"


class Unreadable(Exception):
    """A file that is refused whole, nothing of it loaded. `msgid` with `params` is the message for translation."""

    def __init__(self, msgid: str, **params: object) -> None:
        super().__init__(msgid % params if params else msgid)
        self.msgid = msgid
        self.params = params


@dataclass(frozen=True, slots=True)
class Source:
    """One file on the disk."""

    path: Path
    size: int

    @property
    def name(self) -> str:
        return shown(self.path.name)

    @contextmanager
    def open(self, limits: Limits) -> Iterator["Stream"]:
        """Its content from the beginning, unpacked."""
        try:
            raw = self.path.open("rb")
        except OSError as error:
            raise Unreadable(gettext_noop("cannot be opened: %(why)s"), why=error.strerror) from error
        with raw:
            is_packed = raw.read(2) == _GZIP
            raw.seek(0)
            yield Stream(raw, limits, is_packed=is_packed)


class Stream:
    """Bytes of a file, unpacked while they are read; a gzip bomb is refused when it swells, not when it is through."""

    def __init__(self, raw: BinaryIO, limits: Limits, *, is_packed: bool) -> None:
        self._raw, self._limits, self._is_packed = raw, limits, is_packed
        self._from = gzip.GzipFile(fileobj=raw) if is_packed else raw
        self.unpacked = 0

    @property
    def is_packed(self) -> bool:
        return self._is_packed

    @property
    def position(self) -> int:
        """How far into the file on the disk."""
        return self._raw.tell()

    def chunks(self) -> Iterator[bytes]:
        while chunk := self.read(CHUNK):
            yield chunk

    def read(self, size: int) -> bytes:
        try:
            chunk = self._from.read(size)
        except (gzip.BadGzipFile, zlib.error) as error:
            raise Unreadable(gettext_noop("the gzip file is damaged")) from error
        except EOFError as error:
            raise Unreadable(gettext_noop("the gzip file ends before it is complete")) from error
        except OSError as error:
            raise Unreadable(gettext_noop("cannot be read: %(why)s"), why=error.strerror) from error
        self.unpacked += len(chunk)
        if self._is_packed:
            self._check_swelling()
        return chunk

    def _check_swelling(self) -> None:
        limits = self._limits
        if self.unpacked > limits.unpacked:
            raise Unreadable(gettext_noop("it unpacks to more than %(most)s bytes"), most=limits.unpacked)
        if self.unpacked > limits.ratio_from and self.unpacked > limits.ratio * max(1, self.position):
            raise Unreadable(gettext_noop("it unpacks to more than %(ratio)s times its size"), ratio=limits.ratio)


def shown(name: str) -> str:
    """A file's name as text that can be stored and shown: any bytes are a name, but not everything is for reading."""
    text = os.fsencode(name).decode("utf-8", "replace")[:LONGEST_NAME]
    return "".join("\N{REPLACEMENT CHARACTER}" if unicodedata.category(one) in _UNSHOWN else one for one in text)


def find(patterns: Iterable[str | Path], limits: Limits) -> tuple[list[Source], list[tuple[str, Unreadable]]]:
    """Files, folders and globs as files in order of name, and what is no file. A file named twice comes once."""
    found: dict[Path, Source] = {}
    missing: list[tuple[str, Unreadable]] = []
    for pattern in patterns:
        path = Path(pattern)
        if path.is_dir():
            paths = sorted(child for child in path.iterdir() if child.name.endswith(SUFFIXES) and is_plain(child))
        elif not path.exists() and glob.has_magic(str(pattern)):
            paths = sorted(Path(name) for name in glob.glob(str(pattern), recursive=True))  # noqa: PTH207 (any root)
        else:
            paths = [path]
        if not paths:
            missing.append((shown(str(pattern)), Unreadable(gettext_noop("no statement file is there"))))
        for one in paths:
            try:
                source = _checked(one, limits)
            except Unreadable as refusal:
                missing.append((shown(one.name), refusal))
            else:
                found.setdefault(source.path.resolve(), source)
    return list(found.values()), missing


def is_plain(path: Path) -> bool:
    """Whether a folder's entry is a file of its own: a link put there by somebody may lead anywhere."""
    return path.is_file() and not path.is_symlink()


def _checked(path: Path, limits: Limits) -> Source:
    try:
        info = path.stat()
    except OSError as error:
        raise Unreadable(gettext_noop("cannot be opened: %(why)s"), why=error.strerror) from error
    if not stat.S_ISREG(info.st_mode):
        raise Unreadable(gettext_noop("is not a plain file"))
    if info.st_size == 0:
        raise Unreadable(gettext_noop("is empty"))
    if info.st_size > limits.file:
        raise Unreadable(gettext_noop("is larger than %(most)s bytes"), most=limits.file)
    return Source(path, info.st_size)


def kind_of(source: Source, limits: Limits) -> str:
    """What a file holds, by its first bytes: names lie."""
    with source.open(limits) as stream:
        head = stream.read(1024)
    if head.startswith(_ZIP):
        raise Unreadable(gettext_noop("is a zip archive; unpack it first, or use gzip"))
    for mark, width in ((b"\xef\xbb\xbf", 1), (b"\xff\xfe", 2), (b"\xfe\xff", 2)):
        if head.startswith(mark):
            head = head[len(mark) :].replace(b"\0", b"") if width > 1 else head[len(mark) :]
            break
    # UTF-16 without a mark begins with a null beside the bracket.
    is_xml = head.lstrip(b" \t\r\n").startswith((b"<", b"\0<"))
    if is_answers(head):
        return FileKind.ANSWERS
    return FileKind.FLEX if is_xml else FileKind.CSV
