"""A file on its way into the vault: it lies on the disk sealed under a key that only this process ever holds, and is
read from anywhere without standing whole in memory."""

import io
from tempfile import TemporaryFile
from typing import Any
from uuid import UUID, uuid4

from crm.vault.engine import stream
from crm.vault.engine.keys import new_key

SEGMENT = 1024 * 1024
_SEALED = stream.sealed_length(SEGMENT)


class Spool(io.RawIOBase):
    """Taken piece by piece, then read. Closed, or gone with its process, what lies on the disk opens to nobody."""

    def __init__(self) -> None:
        super().__init__()
        self._disk, self._key, self._mark = TemporaryFile(), new_key(), uuid4().int  # noqa: SIM115 (closed with this)
        self._waiting, self._length, self._place = bytearray(), 0, 0

    def take(self, piece: bytes) -> None:
        """One more piece of the file."""
        self._waiting += piece
        while len(self._waiting) >= SEGMENT:
            self._seal(bytes(self._waiting[:SEGMENT]))
            del self._waiting[:SEGMENT]

    def end(self) -> int:
        """There is no more; how long it is."""
        if self._waiting:
            self._seal(bytes(self._waiting))
            self._waiting.clear()
        return self._length

    def readable(self) -> bool:
        """It is read once it has ended."""
        return True

    def seekable(self) -> bool:
        """From anywhere."""
        return True

    def tell(self) -> int:
        """Where reading goes on."""
        return self._place

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go on reading there."""
        begin = {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self._length}[whence]
        if begin + offset < 0:
            raise ValueError("before the beginning of the file")
        self._place = begin + offset
        return self._place

    def readinto(self, room: Any) -> int:
        """Some of what is left, within one segment."""
        number, begin = divmod(self._place, SEGMENT)
        length = min(SEGMENT, self._length - number * SEGMENT)
        end = min(length, begin + len(room))
        if begin >= end:
            return 0
        at = number * _SEALED

        def read(first: int, last: int) -> bytes:
            self._disk.seek(at + first)
            return self._disk.read(last - first)

        own, sealed = self._name(number), stream.sealed_length(length)
        found = b"".join(stream.open_range(self._key, own, read, length=sealed, begin=begin, end=end))
        room[: len(found)] = found
        self._place += len(found)
        return len(found)

    def close(self) -> None:
        """Nothing of it is left."""
        self._disk.close()
        super().close()

    def _seal(self, segment: bytes) -> None:
        number = self._length // SEGMENT
        for chunk in stream.seal_chunks(self._key, self._name(number), [segment]):
            self._disk.write(chunk)
        self._length += len(segment)

    def _name(self, number: int) -> UUID:
        """What binds a segment to its place."""
        return UUID(int=(self._mark + number) % 2**128)
