"""Mail as files, for a machine without a mail server; links in it open sign-ins, so only its owner can read it."""

import os
from pathlib import Path

from django.core.mail.backends.filebased import EmailBackend as FileBackend


class EmailBackend(FileBackend):
    """One file of mode 0600 for each connection, in a folder of mode 0700."""

    def open(self) -> bool | None:
        """Nobody else can enter the folder, so nobody sees the file before it is closed to them too."""
        Path(self.file_path).chmod(0o700)
        opened = super().open()
        if opened and self.stream is not None:
            os.fchmod(self.stream.fileno(), 0o600)
        return opened
