"""Keeps a few processes running together: one that ends ends all, in reverse order of their start."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

from portal.servers import processes

PATIENCE = 20.0


class Stop(BaseException):
    """Somebody asked us to stop: Ctrl-C, a closed terminal, or the system's own request."""


@dataclass
class Supervisor:
    """Children run in sessions of their own, so Ctrl-C reaches only us, and end when we are killed."""

    logs: Path
    cwd: Path
    children: list[tuple[str, subprocess.Popen[bytes]]] = field(default_factory=list)

    def start(self, name: str, command: list[str], environment: dict[str, str]) -> subprocess.Popen[bytes]:
        log = self.log(name)
        child = processes.start(command, log=log, environment=environment, tied=True, cwd=self.cwd)
        self.children.append((name, child))
        return child

    def log(self, name: str) -> Path:
        return self.logs / f"{name}.log"

    def watch(self, servers: Callable[[], str] | None = None) -> str:
        """The name of the first child that ends, or of the server that `servers` misses; Stop passes through."""
        while True:
            for name, child in self.children:
                if child.poll() is not None:
                    return name
            if servers and (missing := servers()):
                return missing
            time.sleep(0.3)

    def stop(self, tell: Callable[[str], None]) -> None:
        while self.children:
            name, child = self.children.pop()
            if child.poll() is None:
                tell(name)
                end(child)


def stop_on_signals() -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _raise)


def ignore_signals() -> None:
    """While stopping, a second Ctrl-C changes nothing: every wait has its limit."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)


def _raise(number: int, frame: FrameType | None) -> None:
    raise Stop(signal.Signals(number).name)


def end(child: subprocess.Popen[Any], *, with_its_own: bool = False) -> None:
    """Ask a child that runs in a session of its own to end, and if need be the processes it has made; then insist."""
    if with_its_own:
        os.killpg(child.pid, signal.SIGTERM)
    else:
        child.send_signal(signal.SIGTERM)
    try:
        child.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)  # its own session: the group holds it and its children only
        child.wait()
