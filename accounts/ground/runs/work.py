"""How workers share the stages of a run. Everything that makes a night survive being killed is here.

A whole stage is one transaction that holds the stage's row; a chunk is one transaction that holds the chunk's row,
writes its results and marks itself done. A dead worker's locks fall with its connection, and the next one finds the
row still waiting; a worker that wakes too late cannot commit, because its lock is its transaction. So there are no
leases to expire, nothing is done twice, and a task delivered again finds nothing to do.
"""

import json
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.db import Error, InterfaceError, OperationalError, connections, transaction

from accounts.ground.access.context import current_alias, cursor
from accounts.ground.runs.models import Run
from accounts.ground.runs.pausing import Paused, stopping_when_paused
from accounts.ground.runs.results import ChunkResult, StageResult

log = logging.getLogger(__name__)

Progress = Callable[[str, int, int], None]

# Long enough to be worth a transaction, short enough to be shared; account ids run nearly without gaps.
CHUNKS_WANTED = 32
SMALLEST_CHUNK, LARGEST_CHUNK = 12_500, 125_000
LAST_ID = 2**63 - 1

# Serialization failure, deadlock, lock not available; class 57P and 08: the connection was taken away.
PASSING = ("40001", "40P01", "55P03", "57P01", "57P02", "57P03", "08")
MOST_TRIES = 5
FIRST_PAUSE = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Whole, or in chunks with what comes before the first and after the last of them."""

    name: str
    whole: Callable[[Run, date], StageResult] | None = None
    before: Callable[[Run, date], None] | None = None
    chunk: Callable[[Run, date, int, int, int], ChunkResult] | None = None
    after: Callable[[Run, date], StageResult] | None = None


@dataclass(frozen=True, slots=True)
class _Row:
    """A stage's row as read under lock."""

    id: int
    state: str


def plan(run: Run, stages: Sequence[Stage]) -> None:
    """Write the rows of the stages; planning twice is planning once."""
    with cursor() as cur:
        cur.execute(
            "INSERT INTO accounts_runstage (run_id, ordinal, name, state, rows, figures)"
            " SELECT %s, place, name, 'waiting', 0, '{}' FROM unnest(%s::text[]) WITH ORDINALITY AS s (name, place)"
            " ON CONFLICT (run_id, name) DO NOTHING",
            [run.pk, [stage.name for stage in stages]],
        )


def work(run: Run, stages: Sequence[Stage], *, progress: Progress | None = None) -> bool:
    """Do what is left of a run, beside any number of other workers; True when every stage is done.

    A stage that fails is held with its problem, and so is the run: the next worker that is asked begins there. A run
    that was paused is left where it stands; a chunk that was being done is undone and done again when it goes on.
    """
    if _is_paused(run):
        return False
    _begin(run)
    run.refresh_from_db(fields=["started_at"])
    for stage in stages:
        try:
            done = _patiently(lambda stage=stage: _do(run, stage, progress))
        except Exception as problem:
            log.exception("the night of %s: stage %s failed", run.day, stage.name)
            _hold(run, stage, f"{type(problem).__name__}: {problem}"[:2000])
            raise
        if not done:
            return False
    return True


def rewind(run: Run, names: Sequence[str], accounts: Sequence[int]) -> None:
    """Let these stages of a held run be done again: whole, or for the chunks in which the accounts are."""
    with cursor() as cur:
        cur.execute(
            "UPDATE accounts_runchunk c SET state = 'waiting' FROM accounts_runstage s WHERE s.id = c.stage_id"
            " AND s.run_id = %s AND s.name = ANY(%s)"
            " AND EXISTS (SELECT 1 FROM unnest(%s::bigint[]) a WHERE a >= c.lo AND a < c.hi)",
            [run.pk, list(names), list(accounts)],
        )
        cur.execute(
            "UPDATE accounts_runstage SET state = 'waiting', finished_at = NULL WHERE run_id = %s AND name = ANY(%s)",
            [run.pk, list(names)],
        )


def _is_paused(run: Run) -> bool:
    with cursor() as cur:
        cur.execute("SELECT paused_at IS NOT NULL FROM accounts_run WHERE id = %s", [run.pk])
        return cur.fetchone()[0]


def _begin(run: Run) -> None:
    with transaction.atomic(using=current_alias.get()), cursor() as cur:
        cur.execute(
            "UPDATE accounts_run SET state = 'running', problem = '', finished_at = NULL,"
            " started_at = coalesce(started_at, clock_timestamp()) WHERE id = %s AND state IN ('waiting', 'held')",
            [run.pk],
        )
        if cur.rowcount:
            cur.execute(
                "UPDATE accounts_runstage SET state = 'running', started_at = coalesce(started_at, clock_timestamp())"
                " WHERE id = (SELECT id FROM accounts_runstage WHERE run_id = %s AND state <> 'done'"
                " ORDER BY ordinal LIMIT 1)",
                [run.pk],
            )


def _do(run: Run, stage: Stage, progress: Progress | None) -> bool:
    if _is_paused(run):
        return False
    if stage.whole is not None:
        with transaction.atomic(using=current_alias.get()):
            row = _lock(run, stage)
            if row.state == "done":
                return True
            result = stage.whole(run, run.day)
            done = _close(run, row, result)
        _tell(progress, stage, 1, result.rows)
        return done
    if _cut(run, stage) == "done":
        return True
    rows = done_chunks = 0
    try:
        while (written := _do_chunk(run, stage)) is not None:
            rows, done_chunks = rows + written, done_chunks + 1
            _tell(progress, stage, done_chunks, rows)
            if _is_paused(run):
                return False
    except Paused:
        return False
    with transaction.atomic(using=current_alias.get()):
        row = _lock(run, stage)
        if row.state == "done":
            return True
        result = stage.after(run, run.day) if stage.after else StageResult()
        return _close(run, row, _with_chunks(row, result))


def _cut(run: Run, stage: Stage) -> str:
    """Write the stage's chunks once; what must come before the first of them is in the same transaction."""
    with transaction.atomic(using=current_alias.get()):
        row = _lock(run, stage)
        with cursor() as cur:
            cur.execute("SELECT EXISTS (SELECT 1 FROM accounts_runchunk WHERE stage_id = %s)", [row.id])
            if row.state == "done" or cur.fetchone()[0]:
                return row.state
            if stage.before:
                stage.before(run, run.day)
            cur.execute("SELECT min(id), max(id) FROM accounts_account")
            edges = chunk_edges(*cur.fetchone())
            cur.execute(
                "INSERT INTO accounts_runchunk (stage_id, lo, hi, state, rows, total, digest)"
                " SELECT %s, lo, hi, 'waiting', 0, 0, '' FROM unnest(%s::bigint[], %s::bigint[]) AS c (lo, hi)",
                [row.id, edges[:-1], edges[1:]],
            )
        return row.state


def chunk_edges(first: int | None, last: int | None) -> list[int]:
    """Where chunks of about equal width begin and end; together they cover every id, also ids to come."""
    if first is None or last is None:
        return [0, LAST_ID]
    span = last - first + 1
    width = min(max(span // CHUNKS_WANTED, SMALLEST_CHUNK), LARGEST_CHUNK)
    count = max(1, round(span / width))
    return [0, *(first + span * place // count for place in range(1, count)), LAST_ID]


def _do_chunk(run: Run, stage: Stage) -> int | None:
    """Claim one chunk, do it and mark it done; None when no chunk is left, after those of other workers."""
    with transaction.atomic(using=current_alias.get()), cursor() as cur:
        chunk = _claim(cur, run, stage, "SKIP LOCKED") or _claim(cur, run, stage, "")
        if chunk is None:
            return None
        chunk_id, lo, hi = chunk
        if stage.chunk is None:
            raise TypeError(f"stage {stage.name} has chunks but nothing to do with them")
        with stopping_when_paused(run):
            result = stage.chunk(run, run.day, lo, hi, chunk_id)
        cur.execute(
            "UPDATE accounts_runchunk SET state = 'done', rows = %s, total = %s, digest = %s,"
            " done_at = clock_timestamp() WHERE id = %s",
            [result.rows, result.total, result.digest, chunk_id],
        )
        return result.rows


def _claim(cur, run: Run, stage: Stage, skip: str) -> tuple[int, int, int] | None:
    """The next waiting chunk under lock. Without SKIP LOCKED this waits for those that others are doing: they end
    done, or their worker dies and they are ours."""
    cur.execute(
        "SELECT c.id, c.lo, c.hi FROM accounts_runchunk c JOIN accounts_runstage s ON s.id = c.stage_id"
        " WHERE s.run_id = %s AND s.name = %s AND c.state = 'waiting' ORDER BY c.lo LIMIT 1"
        f" FOR UPDATE OF c {skip}",
        [run.pk, stage.name],
    )
    return cur.fetchone()


def _lock(run: Run, stage: Stage) -> _Row:
    with cursor() as cur:
        cur.execute(
            "SELECT id, state FROM accounts_runstage WHERE run_id = %s AND name = %s FOR UPDATE", [run.pk, stage.name]
        )
        return _Row(*cur.fetchone())


def _with_chunks(row: _Row, result: StageResult) -> StageResult:
    with cursor() as cur:
        cur.execute(
            "SELECT count(*), coalesce(sum(rows), 0), coalesce(sum(total), 0)"
            " FROM accounts_runchunk WHERE stage_id = %s",
            [row.id],
        )
        chunks, rows, total = cur.fetchone()
    figures: dict[str, object] = {"chunks": chunks}
    if total:
        figures["total"] = format(total, "f")
    return replace(result, rows=int(rows), figures=figures | result.figures)


def _close(run: Run, row: _Row, result: StageResult) -> bool:
    """Mark the stage done, or held with its problem, and move the run along; in the stage's own transaction."""
    state = "held" if result.problem else "done"
    with cursor() as cur:
        cur.execute(
            "UPDATE accounts_runstage SET state = %s, rows = %s, figures = %s, finished_at = clock_timestamp(),"
            " started_at = coalesce(started_at, transaction_timestamp()) WHERE id = %s",
            [state, result.rows, json.dumps(result.figures), row.id],
        )
        if result.problem:
            cur.execute(
                "UPDATE accounts_run SET state = 'held', problem = %s, finished_at = clock_timestamp() WHERE id = %s",
                [result.problem, run.pk],
            )
            return False
        cur.execute(
            "UPDATE accounts_runstage n SET state = 'running', started_at = coalesce(n.started_at, clock_timestamp())"
            " FROM accounts_runstage d WHERE d.id = %s AND n.run_id = d.run_id AND n.ordinal = d.ordinal + 1"
            " AND n.state <> 'done'",
            [row.id],
        )
        if not cur.rowcount:
            cur.execute(
                "UPDATE accounts_run r SET state = 'done', problem = '', finished_at = clock_timestamp()"
                " WHERE r.id = %s AND NOT EXISTS (SELECT 1 FROM accounts_runstage s"
                " WHERE s.run_id = r.id AND s.state <> 'done')",
                [run.pk],
            )
    return True


def _hold(run: Run, stage: Stage, problem: str) -> None:
    connections[current_alias.get()].close_if_unusable_or_obsolete()
    with transaction.atomic(using=current_alias.get()), cursor() as cur:
        cur.execute(
            "UPDATE accounts_runstage SET state = 'held' WHERE run_id = %s AND name = %s AND state <> 'done'",
            [run.pk, stage.name],
        )
        if cur.rowcount:
            cur.execute(
                "UPDATE accounts_run SET state = 'held', problem = %s, finished_at = clock_timestamp() WHERE id = %s",
                [f"{stage.name}: {problem}", run.pk],
            )


def _patiently(task: Callable[[], bool]) -> bool:
    """Try again after errors that pass by themselves: everything undone by them is done anew."""
    pause = FIRST_PAUSE
    for left in reversed(range(MOST_TRIES)):
        try:
            return task()
        except Error as problem:
            if not left or not _passes(problem):
                raise
            log.warning("trying again after: %s", problem)
        connections[current_alias.get()].close_if_unusable_or_obsolete()
        time.sleep(pause)
        pause *= 2
    raise AssertionError("unreachable")


def _passes(problem: Error) -> bool:
    """The server says so by its code; without one the connection was lost, and Django opens a new one by itself."""
    code = getattr(problem.__cause__, "pgcode", None)
    return code.startswith(PASSING) if code else isinstance(problem, OperationalError | InterfaceError)


def _tell(progress: Progress | None, stage: Stage, done: int, rows: int) -> None:
    if progress:
        progress(stage.name, done, rows)
