"""These tests start real servers in a throw-away folder and need no database of Django's."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from portal.servers import launcher, postgres, processes


@pytest.fixture
def state() -> Iterator[Path]:
    """A state folder that the servers' user can reach (pytest's own temporary folders are closed to others)."""
    with tempfile.TemporaryDirectory(prefix="portal-test-") as folder:
        Path(folder).chmod(0o711)
        yield Path(folder)
        for part in launcher.running(Path(folder)).values():
            processes.stop(postgres.process_of(part))


class Other:
    """Another process that uses the servers of a state folder until it is told to leave."""

    def __init__(self, state: Path, checkout: Path, how: str) -> None:
        code = (
            "import json, sys, pathlib\n"
            "from portal.servers import launcher\n"
            f"servers = launcher.ensure(pathlib.Path(sys.argv[1]), {how})\n"
            "print(json.dumps([servers.started, servers.env]), flush=True)\n"
            "sys.stdin.readline()\n"
            "print(json.dumps(servers.leave()), flush=True)\n"
        )
        command = [sys.executable, "-c", code, str(state)]
        self.process = subprocess.Popen(
            command, cwd=checkout, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=dict(os.environ)
        )

    def answer(self) -> object:
        return json.loads(self.process.stdout.readline())

    def leave(self) -> bool:
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        stopped = self.answer()
        self.process.wait(30)
        return stopped


@pytest.fixture
def other(state: Path, checkout: Path) -> Iterator[Callable[..., Other]]:
    started: list[Other] = []

    def start(how: str = "durable=False") -> Other:
        started.append(Other(state, checkout, how))
        return started[-1]

    yield start
    for one in started:
        one.process.kill()
        one.process.wait()
        one.process.stdin.close()
        one.process.stdout.close()
