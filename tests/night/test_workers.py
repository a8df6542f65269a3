"""How workers share a run: ranges that cover every account, errors that pass, connections that are taken away."""

import random
from dataclasses import replace
from itertools import pairwise

import psycopg2
import pytest
from django.db import OperationalError, connections
from hypothesis import example, given
from hypothesis import strategies as st

from accounts.ground.access.context import as_role, cursor
from accounts.ground.runs import work
from accounts.ground.runs.models import Run, RunChunk
from accounts.ground.runs.results import ChunkResult
from portal import nightly
from tests.night.book import CLOSING, CLOSING_EVENING, EVENING, FIRST
from tests.night.crash import differing

IDS = st.integers(min_value=1, max_value=10**9)


@given(IDS, IDS)
@example(1, 1)
@example(1, 200)
@example(1, 100_000)
@example(1, 1_000_000)
@example(7, 50_000_000)
def test_chunks_cover_every_account_once(one, other):
    first, last = sorted((one, other))

    edges = work.chunk_edges(first, last)

    assert edges[0] == 0
    assert edges[-1] > last
    assert all(lo < hi for lo, hi in pairwise(edges))
    widths = [hi - lo for lo, hi in pairwise(edges[1:-1])]
    assert all(work.SMALLEST_CHUNK * 0.6 <= width <= work.LARGEST_CHUNK * 1.01 for width in widths)


def test_an_installation_without_accounts_has_one_chunk():
    assert work.chunk_edges(None, None) == [0, work.LAST_ID]


def failing(stage: work.Stage, problems: list[Exception]) -> work.Stage:
    """The stage, whose first chunks fail after their work is done, for as long as there are problems left."""

    def chunk(*arguments) -> ChunkResult:
        result = stage.chunk(*arguments)
        if problems:
            raise problems.pop()
        return result

    return replace(stage, chunk=chunk)


def with_code(code: str) -> OperationalError:
    problem = OperationalError("the database said no")
    problem.__cause__ = type("Coded", (Exception,), {"pgcode": code})()
    return problem


@pytest.mark.parametrize("code", ["40001", "40P01", "55P03"], ids=["serialization", "deadlock", "lock timeout"])
def test_an_error_that_passes_is_tried_again(eve, undisturbed, monkeypatch, code):
    problems = [with_code(code) for _stage in range(4)]
    stages = tuple(failing(stage, problems) if stage.chunk else stage for stage in nightly.STAGES)
    monkeypatch.setattr(nightly, "STAGES", stages)
    monkeypatch.setattr(work, "FIRST_PAUSE", 0)

    with eve.clone():
        assert nightly.night(CLOSING, at=CLOSING_EVENING)["state"] == "done"
        assert problems == []
        assert differing(undisturbed) == {}


def test_an_error_that_stays_holds_the_night(billed_world, monkeypatch):
    problems = [with_code("40P01") for _try in range(50)]
    stages = tuple(failing(stage, problems) if stage.name == "accrue" else stage for stage in nightly.STAGES)
    monkeypatch.setattr(nightly, "STAGES", stages)
    monkeypatch.setattr(work, "FIRST_PAUSE", 0)

    with pytest.raises(OperationalError):
        nightly.night(FIRST, at=EVENING)

    assert len(problems) == 50 - work.MOST_TRIES
    with as_role("night"):
        assert Run.unscoped.get().problem.startswith("accrue: OperationalError")


@pytest.mark.parametrize("name", ["accrue", "check", "close", "post", "sweep", "seal"])
def test_a_connection_taken_away_is_opened_again(eve, undisturbed, monkeypatch, name):
    """The server ends our session in the middle of a stage, as a restart or a failover does."""
    taken = []

    def cut_off() -> None:
        if not taken:
            with cursor() as cur:
                cur.execute("SELECT pg_backend_pid()")
                taken.append(cur.fetchone()[0])
            kill(taken[0])

    def then_cut_off(stage: work.Stage) -> work.Stage:
        part = "whole" if stage.whole else "chunk"
        do = getattr(stage, part)

        def done(*arguments: object) -> object:
            result = do(*arguments)
            cut_off()
            return result

        return replace(stage, **{part: done})

    stages = tuple(then_cut_off(stage) if stage.name == name else stage for stage in nightly.STAGES)
    monkeypatch.setattr(nightly, "STAGES", stages)

    with eve.clone():
        assert nightly.night(CLOSING, at=CLOSING_EVENING)["state"] == "done"
        assert taken
        assert differing(undisturbed) == {}


def kill(backend: int) -> None:
    """End a session of the night from another one of its own."""
    settings = connections["night"].get_connection_params()
    other = psycopg2.connect(**settings)
    other.cursor().execute("SELECT pg_terminate_backend(%s)", [backend])
    other.close()


def test_chunks_in_any_order_make_the_same_books(eve, undisturbed, monkeypatch):
    claim = work._claim

    def anyone(cur, run, stage, skip):
        chunk = claim(cur, run, stage, skip)
        if chunk is None:
            return None
        cur.execute(
            "SELECT c.id, c.lo, c.hi FROM accounts_runchunk c JOIN accounts_runstage s ON s.id = c.stage_id"
            " WHERE s.run_id = %s AND s.name = %s AND c.state = 'waiting' ORDER BY c.lo DESC",
            [run.pk, stage.name],
        )
        return random.Random(7).choice(cur.fetchall())

    monkeypatch.setattr(work, "_claim", anyone)
    with eve.clone():
        nightly.night(CLOSING, at=CLOSING_EVENING)

        assert differing(undisturbed) == {}


def test_progress_is_told_chunk_by_chunk(eve):
    told = []
    with eve.clone():
        nightly.night(CLOSING, at=CLOSING_EVENING, progress=lambda *news: told.append(news))
        with as_role("night"):
            chunks = RunChunk.unscoped.filter(stage__name="accrue", stage__run__day=CLOSING).count()

    accrued = [news for news in told if news[0] == "accrue"]
    assert [done for _name, done, _rows in accrued] == list(range(1, chunks + 1))
    assert chunks > 1
