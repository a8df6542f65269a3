"""Turns at deriving keys from passwords: each takes much memory, so a host does few at once, in all its processes."""

import fcntl
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

AT_ONCE = 2
WAIT_SECONDS = 10.0
LOOK_AGAIN = 0.05


class Busy(Exception):
    """So many passwords are being checked that one more would take the memory of the machine."""


class Turns:
    """Locks on files of one folder; a process that ends, however it ends, gives its turn back."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @contextmanager
    def one(self) -> Iterator[None]:
        """Wait for a turn and hold it. Raises `Busy` when none comes."""
        held = self._wait()
        try:
            yield
        finally:
            os.close(held)

    def _wait(self) -> int:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        until = time.monotonic() + WAIT_SECONDS
        while True:
            for number in range(AT_ONCE):
                file = os.open(self.folder / f"turn-{number}", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except OSError:
                    os.close(file)
                else:
                    return file
            if time.monotonic() >= until:
                raise Busy
            time.sleep(LOOK_AGAIN)


# The portal puts them below its state, which all its processes on a host share.
turns = Turns(Path(tempfile.gettempdir()) / f"vault-turns-{os.getuid()}")
