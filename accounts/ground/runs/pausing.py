"""Stopping inside a chunk: a pause takes hold between two of its statements, and the chunk is as if it had not begun.

What a killed worker leaves behind is what a paused one does: nothing. Going on does the chunk again, to the same rows.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connections
from psycopg2.extensions import TRANSACTION_STATUS_INTRANS

from accounts.ground.access.context import current_alias
from accounts.ground.runs.models import Run

# Seconds between two looks: short against a chunk, long against a statement.
LOOKS_EVERY = 1.0


class Paused(Exception):
    """Somebody has paused the night; whoever holds the chunk's transaction lets go of it."""


@contextmanager
def stopping_when_paused(run: Run) -> Iterator[None]:
    """Inside the block, Paused is raised before a statement once the run is paused."""
    connection = connections[current_alias.get()]
    looked: float | None = None

    def look(execute, sql, params, many, context):  # type: ignore[no-untyped-def]
        nonlocal looked
        now = time.monotonic()
        if looked is None or now - looked >= LOOKS_EVERY:
            looked = now
            if _is_paused(connection.connection, run.pk):
                raise Paused
        return execute(sql, params, many, context)

    with connection.execute_wrapper(look):
        yield


def _is_paused(session, run_id: int) -> bool:  # type: ignore[no-untyped-def]
    """Asked beside the night's own statements, which tests count; a transaction that has failed answers nothing."""
    if session.info.transaction_status != TRANSACTION_STATUS_INTRANS:
        return False
    with session.cursor() as cur:
        cur.execute("SELECT paused_at IS NOT NULL FROM accounts_run WHERE id = %s", [run_id])
        return bool(cur.fetchone()[0])
