"""Starting and stopping server processes. One is only signalled while its recorded start time still fits its id."""

from __future__ import annotations

import ctypes
import errno
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

from portal.servers.places import Runner

_PR_SET_PDEATHSIG = 1


class ServerError(Exception):
    """A server could not be started; the message quotes the end of its log."""


@dataclass(frozen=True)
class Process:
    pid: int
    born: str

    def lives(self) -> bool:
        return birth(self.pid) == self.born

    def record(self) -> dict[str, Any]:
        return asdict(self)


def birth(pid: int) -> str:
    """A mark of when the process began; empty when there is no such process, or only its zombie."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        if Path("/proc/self/stat").exists():
            return ""
        command = ["ps", "-o", "lstart=", "-p", str(pid)]  # a system without /proc
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
    return "" if fields[0] in "ZX" else fields[19]


def start(
    command: Sequence[str | Path],
    *,
    log: Path,
    environment: dict[str, str],
    who: Runner | None = None,
    tied: bool = False,
    stdin: IO[bytes] | None = None,
    cwd: str | Path = "/",
) -> subprocess.Popen[bytes]:
    """Start a program in its own session, so that Ctrl-C reaches only us; tied: it ends when we are killed."""
    log.parent.mkdir(exist_ok=True, parents=True)
    with os.fdopen(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as out:
        options: dict[str, Any] = who.switch() if who else {}
        return subprocess.Popen(
            [str(part) for part in command],
            stdin=stdin or subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            env=environment,
            cwd=cwd,
            start_new_session=True,
            umask=0o077,  # data, append-only files and mail are their writer's alone
            preexec_fn=dying_with_parent(signal.SIGINT) if tied else None,
            **options,
        )


def stop(process: Process, *, gently: int = signal.SIGINT, patience: float = 20.0) -> bool:
    """Ask the process to end, then insist. False when it was not running."""
    if not process.lives():
        return False
    os.kill(process.pid, gently)
    if not _ends(process, patience):
        with suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGKILL)
        _ends(process, patience)
    return True


def _ends(process: Process, patience: float) -> bool:
    deadline = time.monotonic() + patience
    while process.lives():
        _reap(process.pid)
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    _reap(process.pid)
    return True


def wait_until(ready: Callable[[], bool], process: Process, *, name: str, log: Path, patience: float) -> None:
    """Wait for a server that starts; one that we give up on, or may not wait for any longer, does not stay behind."""
    deadline = time.monotonic() + patience
    try:
        while not ready():
            if not process.lives() or time.monotonic() > deadline:
                raise ServerError(f"{name} did not start; the end of {log}:\n{tail(log)}")
            time.sleep(0.03)
    except BaseException:
        stop(process, patience=5)
        raise


def free_port(preferred: int | None = None) -> int:
    """A free port of the loopback address, the preferred one if it is free."""
    for port in (preferred or 0, 0):
        try:
            return _bound(port)
        except OSError:
            continue
    raise ServerError("no free port on 127.0.0.1")


def port_problem(port: int) -> str:
    """Why a server of ours could not listen there; empty when it could."""
    try:
        _bound(port)
    except PermissionError:
        return f"Port {port} is for root only"
    except OSError as error:
        return f"Port {port} is in use" if error.errno == errno.EADDRINUSE else f"Port {port}: {error.strerror}"
    return ""


def _bound(port: int) -> int:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", port))
        return int(probe.getsockname()[1])


def tail(log: Path, lines: int = 15) -> str:
    try:
        return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
    except OSError:
        return "(no log)"


def _reap(pid: int) -> None:
    """Collect a child of ours, so that it does not stay as a zombie."""
    with suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)


def dying_with_parent(number: int) -> Callable[[], None]:
    """For a child to run before its program: it is sent the signal when we die, however that comes about."""

    def ask() -> None:
        # After the switch of user, which would clear the setting.
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, number)

    return ask
