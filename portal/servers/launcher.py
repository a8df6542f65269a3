"""Joins, starts and leaves the embedded servers. Any number of processes share them; the last one to leave stops them.

`python -m portal.servers.launcher COMMAND` runs a command while they are up, with their addresses, the superuser's
among them, in its environment and PostgreSQL's programs in its path.

Each user of the servers holds a shared lock on the file `users` for as long as it lives, so a killed process counts as
gone; starting and stopping happen under the exclusive lock `servers.lock`.
"""

from __future__ import annotations

import atexit
import fcntl
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from portal.servers import places, postgres, processes, valkey

_STATE_FILE = "servers.json"


@dataclass
class Servers:
    state: Path
    env: dict[str, str]
    started: bool
    _ticket: int = field(repr=False)
    _owner: int = field(default_factory=os.getpid, repr=False)

    def busy(self) -> bool:
        """Does anybody else use the servers?"""
        with _locked(self.state):
            alone = _last_user(self._ticket)
            fcntl.flock(self._ticket, fcntl.LOCK_SH)
            return not alone or _somebody_connected(self.state)

    def leave(self, *, anyway: bool = False) -> bool:
        """Give up our use; stop the servers when nobody else uses them, or anyway. True when they were stopped."""
        if self._ticket < 0 or os.getpid() != self._owner:
            return False
        with _locked(self.state):
            stopped = anyway or (_last_user(self._ticket) and not _somebody_connected(self.state))
            if stopped:
                _stop(self.state)
            os.close(self._ticket)
            self._ticket = -1
        return stopped


def ensure(state: Path | None = None, *, durable: bool = True, tied: bool = False) -> Servers:
    """Start the servers that do not run yet and take part in using them.

    `tied` binds what is started here to our life, even if we are killed. `durable=False` is for tests only.
    """
    state = (state or places.state_dir()).resolve()
    places.prepare(state)
    with _locked(state):
        ticket = os.open(state / "users", os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(ticket, fcntl.LOCK_SH)
        try:
            record, started = _start_missing(state, durable=durable, tied=tied)
        except BaseException:
            os.close(ticket)
            raise
    env = {**postgres.addresses(record["postgres"]), "REDIS_URL": valkey.address(record["valkey"])}
    return Servers(state, env, started, ticket)


def join(*, durable: bool = True) -> Servers:
    """For one process: put the servers' addresses into our environment and leave them at exit."""
    servers = ensure(durable=durable)
    os.environ.update(servers.env)
    atexit.register(servers.leave)
    return servers


def superuser_environment(state: Path) -> dict[str, str]:
    """For backups and their like: what servers.json holds besides the portal's own addresses."""
    record = _read(state)["postgres"]
    programs = postgres.Cluster(state).program("pg_dump").parent
    return {
        "DATABASE_ADMIN_URL": postgres.superuser_address(record),
        "PORTAL_STATE": str(state),
        "PATH": f"{programs}{os.pathsep}{os.environ.get('PATH', '')}",
    }


def pretend() -> None:
    """Addresses that lead nowhere, for commands that read the settings but never connect."""
    for name in ("DATABASE_URL", *(f"DATABASE_URL_{role}" for role in ("WEB", "WORKER", "NIGHT", "OFFICE"))):
        os.environ.setdefault(name, "postgresql://nobody@127.0.0.1:9/none")
    os.environ.setdefault("REDIS_URL", "redis://127.0.0.1:9/0")
    places.prepare(places.state_dir())


def running(state: Path | None = None) -> dict[str, Any]:
    """What the state file says, with a truthful `running` for each server."""
    record = _read((state or places.state_dir()).resolve())
    return {name: {**part, "running": postgres.process_of(part).lives()} for name, part in record.items()}


def missing(state: Path | None = None) -> str:
    """The name of a server that should run and does not; empty when all is well."""
    return next((name for name, part in running(state).items() if not part["running"]), "")


def _start_missing(state: Path, *, durable: bool, tied: bool) -> tuple[dict[str, Any], bool]:
    record = _read(state)
    started = False

    def save() -> None:
        _write(state, record)

    cluster = postgres.Cluster(state, durable=durable)
    if not postgres.process_of(record["postgres"]).lives():
        if not record["postgres"].get("passwords") and cluster.is_made:
            raise postgres.ServerError(f"{cluster.data} exists but its passwords in {state / _STATE_FILE} are lost")
        cluster.start(record["postgres"], tied=tied, save=save)
        started = True
    if not record["postgres"].get("answers"):
        cluster.await_answer(record["postgres"], save=save)
    if not postgres.process_of(record["valkey"]).lives():
        valkey.start(state, record["valkey"], tied=tied, save=save)
        started = True
    if not record["valkey"].get("answers"):
        valkey.await_answer(state, record["valkey"], save=save)
    return record, started


def _somebody_connected(state: Path) -> bool:
    record = _read(state)["postgres"]
    return postgres.process_of(record).lives() and postgres.others_connected(record)


def _stop(state: Path) -> None:
    record = _read(state)
    valkey.stop(record["valkey"])
    postgres.stop(record["postgres"])


def _last_user(ticket: int) -> bool:
    try:
        fcntl.flock(ticket, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


@contextmanager
def _locked(state: Path) -> Iterator[None]:
    with (state / "servers.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _read(state: Path) -> dict[str, Any]:
    try:
        record = json.loads((state / _STATE_FILE).read_text())
    except FileNotFoundError:
        record = {}
    return {"postgres": {}, "valkey": {}, **record}


def _write(state: Path, record: dict[str, Any]) -> None:
    target = state / _STATE_FILE
    partial = target.with_suffix(".partial")
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(record, file, indent=1)
    partial.replace(target)


def main() -> int:
    if not sys.argv[1:]:
        sys.stderr.write("python -m portal.servers.launcher COMMAND [ARGUMENTS]\n")
        return 2
    try:
        servers = ensure()
    except (processes.ServerError, places.PlaceError) as reason:
        sys.stderr.write(f"{reason}\n")
        return 1
    try:
        env = {**os.environ, **servers.env, **superuser_environment(servers.state)}
        return subprocess.run(sys.argv[1:], env=env, check=False).returncode
    finally:
        servers.leave()


if __name__ == "__main__":
    sys.exit(main())
