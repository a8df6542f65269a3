"""Runs the demo: servers, schema, demo firm, then web, workers and beat together until Ctrl-C. bin/demo runs it."""

from __future__ import annotations

import argparse
import fcntl
import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

from portal.lib.queues import DEFAULT, QUEUES
from portal.servers import launcher, places, processes, supervisor
from portal.servers.install import CHECKOUT, step, tell
from portal.servers.supervisor import Stop, Supervisor

_USUAL_PORT = 8000
_LAST_PORT = 65535


class Failed(Exception):
    """A step did not succeed; its own words have been shown."""


def parse(arguments: list[str]) -> argparse.Namespace:
    """What was asked for; bin/setup asks this too, so that --help and mistakes are answered before it sets up."""
    options = argparse.ArgumentParser(prog="bin/demo", description="Starts the portal with a demo firm.")
    options.add_argument("--once", action="store_true", help="set up, load statements, run one night, print a summary")
    options.add_argument("--json", action="store_true", help="print the address and the sign-ins as one JSON object")
    options.add_argument("--port", type=int, help=f"the port of the web server (default {_USUAL_PORT} or a free one)")
    chosen = options.parse_args(arguments)
    if chosen.port is not None and not 1 <= chosen.port <= _LAST_PORT:
        options.error(f"--port is a number from 1 to {_LAST_PORT}")
    if chosen.once and chosen.port:
        options.error("--once starts no web server, so there is no --port to choose")
    return chosen


def main() -> int:
    chosen = parse(sys.argv[1:])
    supervisor.stop_on_signals()
    began = time.monotonic()
    try:
        if chosen.once:
            return _once(began)
        return _serve(chosen.port, as_json=chosen.json, began=began)
    except Stop:
        tell("\nStopped.")
        return 130
    except PermissionError as refused:
        tell(
            f"\n{refused.filename} belongs to another user; start as that user, or set PORTAL_STATE to another folder."
        )
        return 1
    except (Failed, processes.ServerError, places.PlaceError) as reason:
        tell(f"\n{reason}")
        return 1


def _once(began: float) -> int:
    """Set up, load the demo broker's statements, run a night; its summary is the last line."""
    with _servers(tied=False) as env:
        firm = _prepare(env)
        tell("  one night ...")
        night = _json_of(["demo_once"], env)
    summary = {"firm": firm["firm"], **night, "night_seconds": night["seconds"]}
    # On a fresh machine it is the making of the firm that has loaded them.
    summary["statements_loaded"] += firm["statements"]
    summary["seconds"] = round(time.monotonic() - began, 1)
    print(json.dumps(summary))
    return 0 if night["state"] == "done" and night["ledger_balanced"] and night["seal"] else 1


def _serve(port: int | None, *, as_json: bool, began: float) -> int:
    state = places.state_dir()
    places.prepare(state)
    # It holds the sign-ins, so it is for us alone.
    with os.fdopen(os.open(state / "demo.lock", os.O_RDWR | os.O_CREAT, 0o600), "r+") as lock:
        if not _first(lock):
            return _already(lock, port, as_json=as_json)
        _check_port(port)
        with _servers(tied=True) as env:
            firm = _prepare(env)
            _check_port(port)  # a minute later, perhaps
            port = port or _free_port()
            address = f"http://127.0.0.1:{port}"
            env["PUBLIC_URL"] = address
            # A second proof is offered; texts and calls are shown on a page, because nothing leaves a demo.
            env.setdefault("CODES_URL", "screen:")
            env.setdefault("SECOND_FACTOR", "offered")
            crew = Supervisor(state / "logs", CHECKOUT)
            try:
                with step("web server, workers and beat"):
                    _start(crew, port, env)
                welcome = {"address": address, **firm}
                lock.truncate(0)
                lock.write(json.dumps(welcome))
                lock.flush()
                tell(f"  ready after {time.monotonic() - began:.0f} s\n")
                _welcome(welcome, as_json=as_json)
                tell("Ctrl-C stops it; the data stays.")
                ended = crew.watch(None if os.environ.get("DATABASE_URL") else _dead_server)
                raise Failed(f"The {ended} ended by itself, so all stops; the end of its log:\n{_end_of(crew, ended)}")
            except Stop:
                tell("")
                return 0
            finally:
                supervisor.ignore_signals()
                crew.stop(lambda name: tell(f"  stopping {name}"))
                lock.truncate(0)


@contextmanager
def _servers(*, tied: bool) -> Iterator[dict[str, str]]:
    """The environment of our processes, with the embedded servers running unless real ones are configured."""
    if os.environ.get("DATABASE_URL"):
        places.prepare(places.state_dir())
        yield dict(os.environ)
        return
    with step("PostgreSQL and Valkey"):
        servers = launcher.ensure(tied=tied)
    try:
        yield {**os.environ, **servers.env}
    finally:
        if tied and servers.started:
            _wait_for_others(servers)
        if servers.leave(anyway=tied and servers.started):
            tell("  stopped PostgreSQL and Valkey")


def _wait_for_others(servers: launcher.Servers) -> None:
    """What we have started ends with us, so somebody's open command gets time to finish."""
    supervisor.stop_on_signals()
    try:
        told = False
        while servers.busy():
            if not told:
                tell("  another command still uses the database; waiting for it (Ctrl-C stops it too)")
                told = True
            time.sleep(0.5)
    except Stop:
        pass
    finally:
        supervisor.ignore_signals()


def _prepare(env: dict[str, str]) -> dict[str, Any]:
    """Schema, files and demo firm; one process at a time. What demo_firm reports."""
    with (places.state_dir() / "prepare.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with step("database schema"):
            _manage(["migrate", "--no-input", "-v0"], env)
        with step("translations and static files"):
            _run([sys.executable, "-m", "portal.catalogues"], env)
            _manage(["collectstatic", "--no-input", "-v0"], env)
        tell("  demo firm ...")
        return _json_of(["demo_firm"], env)


def _start(crew: Supervisor, port: int, env: dict[str, str]) -> None:
    celery = [sys.executable, "-m", "celery", "-A", "portal"]
    web = [sys.executable, "-m", "gunicorn", "portal.wsgi", "--bind", f"127.0.0.1:{port}", "--workers", "2"]
    worker_env = {**env, "PORTAL_PROCESS": "worker"}
    worker_env.pop("DATABASE_URL", None)
    not_for_pages = ("DATABASE_URL", "DATABASE_URL_WORKER", "DATABASE_URL_NIGHT")
    web_env = {name: value for name, value in env.items() if name not in not_for_pages}
    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    # Two are enough for a demo: what waits for nobody, and all that might hold it up.
    others = ",".join(name for name in QUEUES if name != DEFAULT)
    for name, lines, most in (("worker", DEFAULT, QUEUES[DEFAULT]), ("jobs", others, len(QUEUES) - 1)):
        called = ["-n", f"{name}@%h", "-Q", lines, "-c", str(most)]
        crew.start(name, [*celery, "worker", *called, "-l", "info", *quiet], worker_env)
    crew.start("beat", [*celery, "beat", "-l", "info", "--pidfile="], worker_env)
    threads = ["--threads", "4", "--worker-class", "gthread", "--no-control-socket", "--umask", "077"]
    crew.start("web", [*web, *threads], web_env)
    deadline = time.monotonic() + 90
    while not _answers(port):
        for name, child in crew.children:
            if child.poll() is not None:
                raise Failed(f"The {name} did not start; the end of its log:\n{_end_of(crew, name)}")
        if time.monotonic() > deadline:
            raise Failed(f"The web server does not answer; the end of its log:\n{_end_of(crew, 'web')}")
        time.sleep(0.1)


def _answers(port: int) -> bool:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        line.request("GET", "/")
        return line.getresponse().status < 500
    except OSError:
        return False
    finally:
        line.close()


def _dead_server() -> str:
    return launcher.missing(places.state_dir())


def _check_port(wanted: int | None) -> None:
    if wanted and (problem := processes.port_problem(wanted)):
        raise Failed(f"{problem}; choose another one, or leave --port out.")


def _free_port() -> int:
    port = processes.free_port(_USUAL_PORT)
    if port != _USUAL_PORT:
        tell(f"  {processes.port_problem(_USUAL_PORT)}, so the portal takes {port}")
    return port


def _welcome(welcome: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(welcome), flush=True)
        return
    print(f"The portal is at {welcome['address']}")
    sign_ins = welcome.get("sign_ins", [])
    width = max((len(entry["who"]) for entry in sign_ins), default=0)
    for entry in sign_ins:
        print(f"  {entry['who']:<{width}}  {entry['username']}  {entry['password']}")
    if storage := welcome.get("storage_password"):
        print(f"Storage password of the first of them, which opens the client book: {storage}")
    print(f"Texts and calls that the demo would send are at {welcome['address']}/inbox-of-the-demo/")
    sys.stdout.flush()


def _first(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    lock.truncate(0)
    return True


def _already(lock: IO[str], port: int | None, *, as_json: bool) -> int:
    """A second start shows the first one's address, once that is known; another port than that cannot be had."""
    tell("  The demo runs already; waiting for its address ...")
    while True:
        lock.seek(0)
        content = lock.read()
        if content:
            welcome = json.loads(content)
            _welcome(welcome, as_json=as_json)
            if port and urlsplit(welcome["address"]).port != port:
                raise Failed(f"It cannot move to port {port} while it runs; press Ctrl-C where it was started first.")
            tell("It was started elsewhere; Ctrl-C there stops it.")
            return 0
        if _first(lock):
            raise Failed("The other start ended before it was ready; start again.")
        time.sleep(0.5)


def _manage(arguments: list[str], env: dict[str, str]) -> None:
    _run([sys.executable, "manage.py", *arguments], env)


def _run(command: list[str], env: dict[str, str]) -> None:
    done = subprocess.run(command, env=env, cwd=CHECKOUT, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Failed((done.stdout + done.stderr).strip() or f"{command[-1]} failed")


def _json_of(command: list[str], env: dict[str, str]) -> dict[str, Any]:
    """Run a management command: its progress is passed on line by line, the JSON object it ends with is the result."""
    child = subprocess.Popen(
        [sys.executable, "manage.py", *command, "--json"],
        env={**env, "PYTHONUNBUFFERED": "1"},
        cwd=CHECKOUT,
        stdout=subprocess.PIPE,
        text=True,
        # A session of its own: Ctrl-C reaches only us, and we end it.
        start_new_session=True,
        preexec_fn=processes.dying_with_parent(signal.SIGTERM),
    )
    answer: dict[str, Any] = {}
    try:
        for line in child.stdout or ():
            if line.startswith("{"):
                answer = json.loads(line)
            elif line.strip():
                tell("    " + line.rstrip())
        child.wait()
    finally:
        if child.poll() is None:
            supervisor.end(child, with_its_own=True)
        if child.stdout:
            child.stdout.close()
    if child.returncode != 0 or not answer:
        raise Failed(answer.get("problem") or f"manage.py {command[0]} failed; its words are above.")
    return answer


def _end_of(crew: Supervisor, name: str) -> str:
    log: Path = crew.log(name)
    return f"({log})\n{processes.tail(log)}"


if __name__ == "__main__":
    sys.exit(main())
