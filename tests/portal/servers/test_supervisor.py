"""The supervisor's promises, with real processes: all together or none, and none left behind."""

import os
import signal
import subprocess
import sys
import time

import pytest

from portal.servers import processes

CREW = """
import os, pathlib, sys, time
from portal.servers.supervisor import Stop, Supervisor, ignore_signals, stop_on_signals
folder = pathlib.Path(sys.argv[1])
write = f"echo $0 >> {folder}/ended; exit 0"
forever = f"trap '{write}' TERM; touch {folder}/ready-$0; while :; do sleep 0.05; done"
stop_on_signals()
crew = Supervisor(folder, folder)
try:
    for name in ("first", "second", "third"):
        crew.start(name, ["/bin/sh", "-c", forever, name], dict(os.environ))
    if len(sys.argv) > 2:
        crew.start("brief", ["/bin/sh", "-c", "sleep 0.5; echo its last words; exit 3"], dict(os.environ))
    while len(list(folder.glob("ready-*"))) < 3:
        time.sleep(0.02)
    print(*(child.pid for _, child in crew.children), flush=True)
    print("ended", crew.watch(), flush=True)
except Stop as reason:
    print("stopped by", reason, flush=True)
finally:
    ignore_signals()
    crew.stop(lambda name: print("stopping", name, flush=True))
"""


@pytest.fixture
def crew(tmp_path, checkout):
    """Start the script; its process, and the ids of the children."""
    started = []

    def start(*arguments):
        command = [sys.executable, "-c", CREW, str(tmp_path), *arguments]
        process = subprocess.Popen(command, cwd=checkout, stdout=subprocess.PIPE, text=True)
        started.append(process)
        return process, [int(pid) for pid in process.stdout.readline().split()]

    yield start
    for process in started:
        process.kill()
        process.wait()
        process.stdout.close()


def all_gone(pids):
    deadline = time.monotonic() + 10
    while any(processes.birth(pid) for pid in pids):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_all_in_reverse_order(crew, tmp_path, number):
    process, pids = crew()

    process.send_signal(number)

    assert process.wait(30) == 0
    assert process.stdout.read().split("\n")[:4] == [
        f"stopped by {number.name}",
        "stopping third",
        "stopping second",
        "stopping first",
    ]
    assert (tmp_path / "ended").read_text().split() == ["third", "second", "first"]
    assert all_gone(pids)


def test_one_that_ends_stops_all_and_leaves_its_words(crew, tmp_path):
    process, pids = crew("with a brief one")

    assert process.wait(30) == 0
    assert process.stdout.readline() == "ended brief\n"
    assert "its last words" in (tmp_path / "brief.log").read_text()
    assert all_gone(pids)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not tell a child of its parent's death")
def test_nothing_stays_when_the_supervisor_is_killed(crew, tmp_path):
    process, pids = crew()
    for pid in pids:
        assert os.getsid(pid) == pid  # a session of its own: Ctrl-C reaches the supervisor only

    process.kill()

    assert all_gone(pids)


def test_what_a_process_writes_is_its_own_alone(tmp_path):
    log = tmp_path / "logs" / "x.log"

    child = processes.start(["/bin/sh", "-c", f"echo said; echo kept > {tmp_path}/file"], log=log, environment={})
    child.wait(10)

    assert log.read_text() == "said\n"
    assert [path.stat().st_mode & 0o777 for path in (log, tmp_path / "file")] == [0o600, 0o600]
