"""The hook for a scanner of malware: a command that reads the file, or clamd behind a socket; none, unless set up."""

import shlex
import socket
import struct
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from threading import Timer
from time import monotonic
from typing import BinaryIO, Protocol
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext as _

from crm.documents.models import Scan
from crm.documents.rules import DocumentProblem
from portal.lib.filekinds import pieces_of

# How long to reach the scanner, and how long one look may take in all.
CONNECT_SECONDS, SECONDS = 3, 20
INFECTED = 1


class NoAnswer(DocumentProblem):
    """The scanner does not answer; asked again at once, it would not either."""


class Scanner(Protocol):
    """Looks at a file before anything of it is kept."""

    def look(self, file: BinaryIO) -> str:
        """How it was scanned. Raises DocumentProblem for what is not to be kept."""


class Without:
    """No scanner is set up, and the documents say so."""

    def look(self, file: BinaryIO) -> str:
        """Not scanned."""
        return Scan.NONE


class Command:
    """A command that reads the file from its standard input: 0 is clean, 1 infected, anything else no answer."""

    def __init__(self, line: str) -> None:
        self.parts = shlex.split(line)

    def look(self, file: BinaryIO) -> str:
        """By the command's exit status; it is given the file some at a time, and stopped when it takes too long."""
        quiet = subprocess.DEVNULL
        try:
            ran = subprocess.Popen(self.parts, stdin=subprocess.PIPE, stdout=quiet, stderr=quiet)
        except OSError:
            raise _no_answer() from None
        clock = Timer(SECONDS, ran.kill)
        clock.start()
        try:
            # A command that has made up its mind need not read to the end.
            with suppress(OSError), ran.stdin as line:  # type: ignore[union-attr]  # it is a pipe
                for piece in pieces_of(file):
                    line.write(piece)
            ran.wait()
        finally:
            clock.cancel()
        if ran.returncode == INFECTED:
            raise _infected()
        if ran.returncode:
            raise _no_answer()
        return Scan.CLEAN


class Clamd:
    """clamd behind a Unix socket or a port, by its INSTREAM command."""

    def __init__(self, address: str | tuple[str, int]) -> None:
        self.address = address

    def look(self, file: BinaryIO) -> str:
        """By clamd's answer."""
        until = monotonic() + SECONDS
        family = socket.AF_UNIX if isinstance(self.address, str) else socket.AF_INET
        try:
            with socket.socket(family, socket.SOCK_STREAM) as line:
                line.settimeout(CONNECT_SECONDS)
                line.connect(self.address)
                for piece in _framed(file):
                    line.settimeout(_left(until))
                    line.sendall(piece)
                line.settimeout(_left(until))
                answer = line.recv(4096)
        except OSError:
            raise _no_answer() from None
        if answer.rstrip(b"\0\n").endswith(b"FOUND"):
            raise _infected()
        if not answer.rstrip(b"\0\n").endswith(b"OK"):
            raise _no_answer()
        return Scan.CLEAN


def _framed(file: BinaryIO) -> Iterator[bytes]:
    """The command, each piece behind its length, and the end."""
    yield b"zINSTREAM\0"
    for piece in pieces_of(file):
        yield struct.pack("!I", len(piece)) + piece
    yield struct.pack("!I", 0)


def _left(until: float) -> float:
    """The seconds that are left; a clock that has run out is a timeout as well."""
    left = until - monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def scanner() -> Scanner:
    """The installation's scanner, from DOCUMENT_SCANNER."""
    said = settings.DOCUMENT_SCANNER
    if not said:
        return Without()
    kind, _colon, rest = said.partition(":")
    if kind == "command" and rest:
        return Command(rest)
    parts = urlsplit(said)
    if kind == "clamd" and parts.hostname and parts.port:
        return Clamd((parts.hostname, parts.port))
    if kind == "clamd" and parts.path:
        return Clamd(parts.path)
    raise ImproperlyConfigured("DOCUMENT_SCANNER must be command:LINE, clamd:///socket or clamd://host:port")


def _infected() -> DocumentProblem:
    return DocumentProblem(_("The scanner found malware in this file; it was not kept."))


def _no_answer() -> NoAnswer:
    return NoAnswer(_("The scanner for malware does not answer, so the file was not kept. Try again later."))
