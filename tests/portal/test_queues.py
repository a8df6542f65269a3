"""Each job waits in its own line: none that is slow holds up another, and a line without a worker is missed."""

import re
import threading
from fnmatch import fnmatch
from pathlib import Path

import pytest
import yaml
from celery import Celery
from celery.contrib.testing.worker import start_worker
from django.conf import settings

from portal import tasks
from portal.celery import app
from portal.lib import env
from portal.lib.queues import DEFAULT, HOOKS, LONG, NIGHT, QUEUES, ROUTES
from portal.selfcheck.configuration import untaken

CHECKOUT = Path(settings.BASE_DIR)
RUNBOOK = (CHECKOUT / "docs/runbook.md").read_text()
COMPOSE = yaml.safe_load((CHECKOUT / "docker-compose.yml").read_text())["services"]


@pytest.fixture
def jobs():
    """The portal's lines at a real broker, in a database of their own, with a job that says in which it waited."""
    mine = Celery("mine", broker=env.redis("REDIS_URL", number=9), set_as_current=False)
    mine.conf.update(task_queues=app.conf.task_queues, worker_hijack_root_logger=False)
    mine.conf.update(task_default_queue=DEFAULT, task_default_exchange="jobs", task_default_routing_key=DEFAULT)
    mine.ran = {DEFAULT: threading.Event(), HOOKS: threading.Event()}

    @mine.task(name="ran")
    def ran(line):
        mine.ran[line].set()

    purge(mine)
    yield mine
    purge(mine)
    app.set_current()  # a worker in this process has made its own the current one
    app.set_default()


def purge(of):
    with of.connection_for_write() as link:
        for line in of.amqp.queues.values():
            line(link.default_channel).purge()


def wait_in(of, line):
    of.send_task("ran", [line], queue=line)


def line_of(job):
    return app.amqp.router.route({}, job)["queue"].name


def test_every_job_has_its_line():
    app.loader.import_default_modules()
    jobs = [name for name in app.tasks if not name.startswith("celery.")]

    assert {line_of(name) for name in jobs} == set(QUEUES)
    assert [wanted for wanted in ROUTES if not any(fnmatch(name, wanted) for name in jobs)] == []
    lines = {
        DEFAULT: ("outbox.deliver", "night.begin"),
        NIGHT: ("night.take_part", "statements.look"),
        LONG: ("reports.make", "exports.make", "examination.make", "fees.invoice_file", "distributions.remind"),
        HOOKS: ("hooks.deliver",),
    }
    assert {line: {line_of(name) for name in names} for line, names in lines.items()} == {
        line: {line} for line in lines
    }


def test_every_line_has_a_worker_wherever_workers_are_started():
    composed = [one["command"] for one in COMPOSE.values() if "-Q" in one.get("command", ())]

    # Where a variable says how many, what holds without it.
    usual = {one[one.index("-Q") + 1]: one[one.index("-c") + 1].split(":-")[-1].rstrip("}") for one in composed}
    assert {line: int(processes) for line, processes in usual.items()} == QUEUES
    written = re.findall(r"celery -A portal worker -n (\w+)@%h -Q (\w+) -c (\d)", RUNBOOK)
    assert {line: int(processes) for name, line, processes in written if name == line} == QUEUES


@pytest.mark.parametrize(("said", "called"), [(None, QUEUES[NIGHT]), (7, 7)])
def test_as_many_are_called_to_the_night_as_its_line_has_processes(monkeypatch, settings, said, called):
    """However many processors the machine has that calls them; and nobody while no night is due."""
    sent = []
    if said is not None:
        settings.NIGHT_PROCESSES = said
    monkeypatch.setattr(tasks.take_part, "delay", lambda: sent.append("take part"))
    monkeypatch.setattr(tasks, "tell_stopped", lambda **_at: 0)
    for is_due in (False, True):
        monkeypatch.setattr(tasks.nightly, "is_due", lambda is_due=is_due, **_at: is_due)
        tasks.begin()
        assert len(sent) == called * is_due


def in_time(jobs, lines):
    """Whether these are the lines that nobody takes from, as soon as the worker answers."""
    return any(untaken(jobs) == lines for _try in range(10))


def test_a_worker_takes_from_its_own_line_and_a_line_without_one_is_missed(jobs):
    for _number in range(29):
        wait_in(jobs, HOOKS)
    wait_in(jobs, DEFAULT)
    assert untaken(jobs) == []  # as a portal leaves them that was stopped
    wait_in(jobs, HOOKS)
    assert untaken(jobs) == [HOOKS]

    with start_worker(jobs, queues=[DEFAULT], pool="solo", perform_ping_check=False):
        assert jobs.ran[DEFAULT].wait(20)
        assert in_time(jobs, [HOOKS, LONG, NIGHT])
    assert not jobs.ran[HOOKS].is_set()

    with start_worker(jobs, queues=list(QUEUES), pool="solo", perform_ping_check=False):
        assert jobs.ran[HOOKS].wait(20)
        assert in_time(jobs, [])
