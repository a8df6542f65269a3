"""A zip that is made while it is sent: no file of it ever lies on the server, and memory does not grow with it."""

import hashlib
import zipfile
from collections.abc import Iterable, Iterator
from datetime import datetime

SUMS = "SHA256SUMS"
DAMAGED = "NOT-OPENED.txt"
File = tuple[str, Iterable[bytes]]


class _Pipe:
    """What the zip writes into; it cannot go back, so sizes and sums stand behind each file."""

    def __init__(self) -> None:
        self.written: list[bytes] = []

    def write(self, block: bytes) -> int:
        """Take a block."""
        self.written.append(bytes(block))
        return len(block)

    def flush(self) -> None:
        """Nothing waits."""

    def taken(self) -> bytes:
        """Everything since the last time."""
        found, self.written = b"".join(self.written), []
        return found


def packed(files: Iterable[File], *, at: datetime, damage: tuple[type[Exception], ...] = ()) -> Iterator[bytes]:
    """The zip in blocks: (path, content) each, then SHA256SUMS over them as `sha256sum -c` reads it.

    A file whose content raises one of `damage` ends there; NOT-OPENED.txt names it, and it has no sum.
    """
    pipe, sums, damaged = _Pipe(), [], []
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as packing:  # type: ignore[call-overload]
        for path, blocks in files:
            digest = hashlib.sha256()
            with packing.open(_entry(path, at), "w", force_zip64=True) as entry:
                try:
                    for block in blocks:
                        entry.write(block)
                        digest.update(block)
                        yield pipe.taken()
                except damage:
                    damaged.append(path)
                else:
                    sums.append(f"{digest.hexdigest()}  {path}\n")
            yield pipe.taken()
        for name, lines in ((DAMAGED, [f"{one}\n" for one in damaged]), (SUMS, sums)):
            if lines:
                packing.writestr(_entry(name, at), "".join(lines))
                yield pipe.taken()
    yield pipe.taken()


def _entry(path: str, at: datetime) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(path, (at.year, at.month, at.day, at.hour, at.minute, at.second))
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o600 << 16
    return entry
