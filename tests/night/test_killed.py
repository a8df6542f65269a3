"""A night killed anywhere and taken up by a fresh process writes what an undisturbed night writes, row for row."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import pytest
from django.db import connections
from django.utils import timezone

from accounts.ground.access.context import as_role
from accounts.ground.runs.models import Run, RunStage
from portal import nightly, tasks
from tests.conftest import _environment
from tests.figures import write
from tests.night.book import CLOSING, CLOSING_EVENING, EVENING
from tests.night.crash import differing, end, killed_at, run_night, start, written

# PORTAL_KILL_POINTS=all kills before every single statement of two nights, the one that closes every period and the one
# that posts what it closed, and after the last one of each transaction, before its commit: after any other the worker
# stands where it does before the next. A number takes so many statements, spread from a place that PORTAL_SEED chooses.
POINTS = os.environ.get("PORTAL_KILL_POINTS", "54")
SEED = int(os.environ.get("PORTAL_SEED", "0"))
BOTH = date(2025, 10, 1)


def two_nights() -> None:
    """What a worker does that finds both nights due."""
    for night in nightly.through(BOTH, at=EVENING):
        assert night["state"] == "done", night["problem"]


def statements(place: Path) -> tuple[int, list[int]]:
    """How many statements the two nights make, in the database that is open, and which begin a transaction."""
    assert end(start(two_nights, PORTAL_COUNT_STATEMENTS=str(place))) == 0
    total, *beginnings = map(int, place.read_text().split())
    return total, beginnings


def points(total: int, beginnings: Sequence[int]) -> Iterator[str]:
    if POINTS == "all":
        yield from map(str, range(1, total + 1))
        yield from (f"{one - 1}+" for one in (*beginnings, total + 1) if one > 1)
        return
    wanted = int(POINTS)
    step = total // wanted
    for place in range(wanted):
        at = 1 + SEED % max(1, step) + place * (total - 1 - SEED % max(1, step)) // max(1, wanted - 1)
        yield f"{at}+" if place % 4 == 3 else str(at)


@pytest.mark.slow
def test_killed_at_statements_all_over_the_night(eve, tmp_path):
    with eve.clone():
        total, beginnings = statements(tmp_path / "count")
        undisturbed = written()
    print(f"PORTAL_SEED={SEED} PORTAL_KILL_POINTS={POINTS}: {total} statements, {len(beginnings)} transactions")
    killed, wrong, stages = 0, [], set()
    for point in points(total, beginnings):
        with eve.clone():
            if not killed_at(point, two_nights):
                continue
            killed += 1
            stages.add(stage := stage_of_death())
            assert end(start(two_nights)) == 0, f"not resumed after {point}"
            if written() != undisturbed:
                wrong.append((point, stage, differing(undisturbed)))

    write("night", "killed", kill_points=killed, wrong_results=len(wrong), statements=total)
    assert wrong == []
    assert killed >= (1000 if POINTS == "all" else int(POINTS) - 2)
    every = {stage.name for stage in nightly.STAGES}
    assert stages >= every if POINTS == "all" or int(POINTS) > 100 else len(stages) >= min(10, killed // 3)


def stage_of_death() -> str:
    """The stage that a dead worker left unfinished."""
    with as_role("night"):
        left = RunStage.unscoped.exclude(state="done").order_by("run_id", "ordinal").first()
    connections.close_all()
    return left.name if left else ""


def test_killed_again_and_again(eve, undisturbed):
    """No worker lives for more than a few hundred statements, many for far fewer; together they still finish."""
    with eve.clone():
        for worker in range(100):
            if end(start(PORTAL_DIE_AT=str(20 + worker * 13 % 240))) == 0:
                break
        else:
            pytest.fail("the night never ended")

        assert differing(undisturbed) == {}


def test_the_commands_own_process_is_killed_and_run_again(eve, undisturbed, checkout):
    """The same through a fresh interpreter and `manage.py night`, as an operator would."""
    command = [sys.executable, "manage.py", "night", "--day", CLOSING.isoformat(), "--json"]
    with eve.clone() as name:
        environment = _environment(name)
        for point, status in (("80", -signal.SIGKILL), ("", 0)):
            more = {"PORTAL_DIE_AT": point} if point else {}
            done = subprocess.run(command, cwd=checkout, env=environment | more, capture_output=True, timeout=120)
            assert done.returncode == status, done.stderr.decode()

        assert written()["seals"] == undisturbed["seals"]
        assert written()["accruals"] == undisturbed["accruals"]


def test_two_workers_are_one(eve, undisturbed):
    with eve.clone():
        workers = [start(claim) for _worker in range(2)]
        assert [end(worker) for worker in workers] == [0, 0]

        assert differing(undisturbed) == {}


def test_one_of_two_workers_dies(eve, undisturbed):
    with eve.clone():
        for point in ("50", "90", "140"):
            dying, living = start(claim, PORTAL_DIE_AT=point), start(claim)
            end(dying)
            assert end(living) == 0

        assert differing(undisturbed) == {}


def test_a_second_delivery_of_every_task_changes_nothing(eve, undisturbed, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: CLOSING_EVENING)
    with eve.clone():
        run_night()
        for _delivery in range(3):
            assert end(start(claim)) == 0
            assert end(start(run_night)) == 0
            assert tasks.take_part() == 0

        assert differing(undisturbed) == {}


def test_a_worker_that_wakes_too_late_cannot_commit(eve, undisturbed):
    """Stopped in the middle of a chunk, its connection taken away, its work done by another; then it goes on."""
    with eve.clone():
        sleeper = start(PORTAL_DIE_AT="60", PORTAL_DIE_BY="SIGSTOP")
        os.waitpid(sleeper, os.WUNTRACED)
        with connections["night"].cursor() as cur:
            cur.execute(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                " WHERE usename = 'portal_night' AND datname = current_database()"
                " AND pid <> pg_backend_pid()"
            )
        assert end(start()) == 0
        os.kill(sleeper, signal.SIGCONT)
        end(sleeper)

        assert differing(undisturbed) == {}


def test_two_schedulers_at_once_order_one_night(eve, undisturbed):
    """Both find the evening come and nothing ordered yet; with a worker of a third, there is one run of the day."""
    with eve.clone():
        crew = [start(claim) for _scheduler in range(3)]
        assert [end(one) for one in crew] == [0, 0, 0]

        assert differing(undisturbed) == {}
        with as_role("night"):
            assert Run.unscoped.filter(day=CLOSING).count() == 1


def test_a_worker_that_sleeps_on_its_lock_keeps_the_others_waiting_and_then_finishes(eve, undisturbed):
    """Stopped with its connection alive: nobody takes its chunk from it, nothing is done twice, nothing is lost."""
    with eve.clone():
        sleeper = start(claim, PORTAL_DIE_AT="60", PORTAL_DIE_BY="SIGSTOP")
        os.waitpid(sleeper, os.WUNTRACED)
        other = start(claim)
        time.sleep(0.3)
        assert os.waitpid(other, os.WNOHANG) == (0, 0), "it waits for the row that the sleeper holds"

        os.kill(sleeper, signal.SIGCONT)
        assert (end(sleeper), end(other)) == (0, 0)

        assert differing(undisturbed) == {}


def claim() -> None:
    """A Celery worker's task."""
    nightly.claim_due_nights(at=CLOSING_EVENING)


def test_the_night_does_everything(undisturbed):
    """The comparison above compares something: each kind of row is there, and days are sealed."""
    empty = {name for name, rows in undisturbed.items() if not rows}
    assert empty <= {"retired", "notifications", "events"}
    borne, [cut] = undisturbed["borne"], undisturbed["cuts"]
    assert [sum(f",{payer}," in row for row in borne) for payer in ("master", "client")] == [1, 1]
    assert CLOSING.isoformat() in cut
    assert sum("statement" in row for row in undisturbed["fund values"]) == 1
    # 300,000 × 1.2 % × 12 ÷ 252 from the 15th on.
    assert sum("171.42857143" in row for row in undisturbed["charges"]) == 1
    given = undisturbed["reimbursements"]
    assert [sum(state in row for row in given) for state in ("processed", "rejected")] == [1, 1]
    assert sum(CLOSING.isoformat() in row for row in undisturbed["seals"]) == 2
