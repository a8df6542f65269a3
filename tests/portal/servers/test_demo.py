"""bin/demo: what it says about ports and a demo that runs already, and what becomes of the demo firm's own process."""

import contextlib
import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.servers import demo, places, processes
from portal.servers.supervisor import Supervisor

# A command that tells its process id, then works for a minute before it answers.
SLOW = """
import os, sys, time
print("working as", os.getpid())
time.sleep(60)
print('{"firm": "never"}')
"""
ASKED = """
import contextlib, os, pathlib, sys
from portal.servers import demo
demo.CHECKOUT = pathlib.Path(sys.argv.pop())
demo._servers = lambda *, tied: contextlib.nullcontext(dict(os.environ))
demo._prepare = lambda env: demo._json_of(["demo_firm"], env)
sys.exit(demo.main())
"""


@pytest.fixture
def working(tmp_path: Path, checkout: Path) -> Iterator[tuple[subprocess.Popen[str], processes.Process]]:
    """bin/demo in the middle of making the firm: the demo, and the process that makes it."""
    (tmp_path / "manage.py").write_text(SLOW)
    asking = subprocess.Popen(
        [sys.executable, "-c", ASKED, str(tmp_path)],
        cwd=checkout,
        env={**os.environ, "PORTAL_STATE": str(tmp_path / "state")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    # Unless its lines are passed on as they come, this waits for the whole minute.
    began = time.monotonic()
    line = asking.stderr.readline()
    assert time.monotonic() - began < 30
    pid = int(line.rpartition(" ")[2])
    yield asking, processes.Process(pid, processes.birth(pid))
    asking.kill()
    asking.communicate()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_making_of_the_firm_without_a_traceback(working, number):
    asking, making = working
    assert making.lives()

    asking.send_signal(number)
    _out, err = asking.communicate(timeout=30)

    assert asking.returncode == 130
    assert "Stopped." in err
    assert "Traceback" not in err
    assert not making.lives()


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not tell a child of its parent's death")
def test_the_making_of_the_firm_ends_when_the_demo_is_killed(working):
    asking, making = working

    asking.kill()

    deadline = time.monotonic() + 10
    while making.lives():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_what_the_command_refuses_is_what_the_demo_says(tmp_path, monkeypatch, capfd):
    (tmp_path / "manage.py").write_text("""print('{"ok": false, "problem": "no such day"}'); raise SystemExit(1)""")
    monkeypatch.setattr(demo, "CHECKOUT", tmp_path)

    with pytest.raises(demo.Failed, match="^no such day$"):
        demo._json_of(["demo_once"], dict(os.environ))


def test_one_night_counts_the_statements_that_the_firm_was_made_of(monkeypatch, capsys):
    night = {"seconds": 1, "state": "done", "ledger_balanced": True, "seal": "x", "statements_loaded": 2}
    monkeypatch.setattr(demo, "_servers", lambda *, tied: contextlib.nullcontext({}))
    monkeypatch.setattr(demo, "_prepare", lambda env: {"firm": "Northgate", "statements": 5})
    monkeypatch.setattr(demo, "_json_of", lambda command, env: dict(night))

    assert demo._once(0.0) == 0
    assert json.loads(capsys.readouterr().out)["statements_loaded"] == 7


def start(checkout: Path, state: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "portal.servers.demo", *words],
        cwd=checkout,
        env={**os.environ, "PORTAL_STATE": str(state)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_a_port_that_is_taken_is_said_before_anything_is_started(checkout, tmp_path):
    with socket.socket() as squatter:
        squatter.bind(("127.0.0.1", 0))
        squatter.listen()
        port = squatter.getsockname()[1]
        refused = start(checkout, tmp_path / "state", "--port", str(port))

    assert refused.returncode == 1
    assert f"Port {port} is in use; choose another one" in refused.stderr
    assert not (tmp_path / "state" / "servers.json").exists()


def test_another_port_than_that_of_a_running_demo_cannot_be_had(checkout, tmp_path):
    places.prepare(tmp_path)
    with (tmp_path / "demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.write(json.dumps({"address": "http://127.0.0.1:8000", "sign_ins": []}))
        lock.flush()
        same, other = start(checkout, tmp_path), start(checkout, tmp_path, "--port", "8001")

    assert (same.returncode, other.returncode) == (0, 1)
    assert "http://127.0.0.1:8000" in same.stdout
    assert "It was started elsewhere; Ctrl-C there stops it." in same.stderr
    assert "It cannot move to port 8001 while it runs" in other.stderr


def test_a_usual_port_that_is_taken_is_named_beside_the_new_one(monkeypatch, capfd):
    with socket.socket() as squatter:
        squatter.bind(("127.0.0.1", 0))
        squatter.listen()
        monkeypatch.setattr(demo, "_USUAL_PORT", squatter.getsockname()[1])
        port = demo._free_port()

    assert f"is in use, so the portal takes {port}" in capfd.readouterr().err


def test_a_server_that_ends_ends_the_watch(tmp_path):
    crew = Supervisor(tmp_path, tmp_path)
    crew.start("web", ["/bin/sleep", "60"], dict(os.environ))
    found = iter(["", "postgres"])
    try:
        assert crew.watch(lambda: next(found)) == "postgres"
    finally:
        crew.stop(lambda name: None)


def test_git_passes_over_a_state_folder_wherever_it_lies(tmp_path):
    """Its passwords must not follow a `git add` of everything."""
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    places.prepare(tmp_path / ".elsewhere")
    (tmp_path / ".elsewhere" / "servers.json").write_text("secret")

    told = subprocess.run(["git", "-C", str(tmp_path), "status", "--short"], check=True, capture_output=True, text=True)
    assert told.stdout == ""
